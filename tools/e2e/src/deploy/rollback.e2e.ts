import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runningDigests } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import { tagsOf } from '../../../scratch-workspace/src/state/registry-state.ts';
import { formatSecond } from '../../../plugin/src/model/text/timestamp.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
/** Build numbers and digests of the releases, oldest first. */
const builds: { number: string; digest: string }[] = [];

const preprod = () => workspace.namespace('preprod');
const gate = { env: { POC_APPROVAL_GATE: 'prod approvers' } };

async function release(service: string, period: number): Promise<void> {
  workspace.edit(`apps/${service}/k8s/deployment.yaml`, /periodSeconds: 1\d/, `periodSeconds: ${period}`);
  await workspace.commit(`feat(${service}): probe every ${period} s`);
  await workspace.taskSuccessfully(['run', `${service}:release`]);
}

/** Records of a service in an environment, oldest first: `succeeded`, or with what is recorded of it. */
async function outcomes(environment = 'preprod', service = 'payments'): Promise<string[]> {
  const text = await kubectl([
    'get',
    'controllerrevisions',
    `--namespace=${workspace.namespace(environment)}`,
    `--selector=poc.dev/record-of=${service}`,
    '--sort-by=.revision',
    '--output=jsonpath={range .items[*]}{.metadata.annotations.poc\\.dev/outcome}{"\\n"}{end}',
  ]);
  return text.split('\n').filter((line) => line !== '');
}

const runningBuild = async (environment = 'preprod', service = 'payments') =>
  kubectl([
    'get',
    'deployment',
    service,
    `--namespace=${workspace.namespace(environment)}`,
    '--output=jsonpath={.metadata.annotations.poc\\.dev/build-number}',
  ]);

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('rollback');
  for (const period of [11, 12, 13]) {
    await release('payments', period);
    const number = await runningBuild();
    builds.push({ number, digest: (await runningDigests('payments', preprod()))[0]! });
  }
});
afterAll(() => workspace.remove());

describe('going back', () => {
  it('needs no build, takes the digest and the manifests of then, and says what goes back', async () => {
    const images = await tagsOf(`${workspace.id}/payments`);
    const output = await workspace.nxSuccessfully(['run', 'payments:rollback', '--reason=wrong totals']);
    expect(output).toContain(`${builds[2]!.number} (`);
    expect(output).toContain(`rolls back to ${builds[1]!.number}`);
    expect(output).toContain('also rolled back: Deployment payments (beyond its image)');
    expect(await runningBuild()).toBe(builds[1]!.number);
    expect(await runningDigests('payments', preprod())).toEqual([builds[1]!.digest]);
    expect(await tagsOf(`${workspace.id}/payments`)).toEqual(images);
    const period = '--output=jsonpath={.spec.template.spec.containers[0].livenessProbe.periodSeconds}';
    expect(await kubectl(['get', 'deployment', 'payments', `--namespace=${preprod()}`, period])).toBe('12');
  });

  it('holds against release, affected and deploy, and says who and why', async () => {
    for (const args of [
      ['run', 'payments:release'],
      ['affected', '-t', 'release', '--base=HEAD~1'],
      ['run', 'payments:k8s-deploy', `--tag=${builds[2]!.number}`],
    ])
      expect(await workspace.nxSuccessfully(args)).toMatch(
        /payments .*skipped: \S+ is held in preprod since .*: wrong totals/,
      );
    expect(await runningBuild()).toBe(builds[1]!.number);
    const status = await workspace.taskSuccessfully(['run', 'payments:status', '--env=preprod']);
    expect(status).toMatch(
      /payments in preprod: held: \S+ is held in preprod since .* \(rolled back by .*: wrong totals\)/,
    );
    expect(status).toMatch(/since \S+ \S+ \S+ \(.*\) by .* \(rollback\)/);
  });

  it('takes a git tag as a build, and tells in a dry run what it would do', async () => {
    const before = await outcomes();
    const tag = `--tag=payments-${builds[0]!.number}`;
    const output = await workspace.taskSuccessfully(['run', 'payments:rollback', tag, '--dry-run']);
    expect(output).toContain('payments: dry run: would do in preprod: ');
    expect(await outcomes()).toEqual(before);
    expect(await runningBuild()).toBe(builds[1]!.number);
    await workspace.taskSuccessfully(['run', 'payments:rollback', tag]);
    expect(await runningDigests('payments', preprod())).toEqual([builds[0]!.digest]);
  });

  it.each([
    [['--tag=20200101-1'], 'There is no tag payments-20200101-1'],
    [['--tag=20991231-1'], 'is newer than'],
    [['--tagg=20200101-1'], 'A similar option is `--tag`.'],
    [['--env=moon'], 'find the environment moon'],
    [['--env=prod'], 'No deployment of payments is recorded there'],
  ])('refuses %j', async (args, text) => {
    const before = await outcomes();
    const { code, output } = await workspace.task(['run', 'payments:rollback', ...args]);
    expect(output).toContain(text);
    expect(code).toBe(2);
    expect(await outcomes()).toEqual(before);
  });

  it('ends the hold when a newer build comes', async () => {
    await release('payments', 14);
    const number = await runningBuild();
    expect(number).not.toBe(builds[2]!.number);
    builds.push({ number, digest: (await runningDigests('payments', preprod()))[0]! });
  });
});

describe('a deploy that fails', () => {
  it('goes back by itself and serves all the while', async () => {
    workspace.edit('apps/payments/Dockerfile', /^CMD .*$/m, 'CMD ["node", "missing.cjs"]');
    await workspace.commit('feat(payments): a broken image');
    const { code, output } = await workspace.task(['run', 'payments:release']);
    expect(output).toContain(`Rolled back to ${builds[3]!.number} automatically; it is serving.`);
    expect(code).toBe(1);
    expect(await runningBuild()).toBe(builds[3]!.number);
    expect(await runningDigests('payments', preprod())).toEqual([builds[3]!.digest]);
    expect((await outcomes()).slice(-2)).toEqual(['failed', 'succeeded']);
    expect(await callGateway(workspace.hostname, '/payments/healthz/ready')).toMatchObject({ status: 200 });
    await workspace.restore('HEAD~1');
  });
});

describe('a deployer that is ended in the middle', () => {
  const deploy = () => ['run', 'payments:k8s-deploy', `--tag=${builds[2]!.number}`, '--force'];

  /** Begins a deploy and ends its process as soon as it has applied something. */
  async function endInTheMiddle(signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
    const before = (await outcomes()).length;
    const running = await workspace.startNx(deploy());
    while ((await outcomes()).length === before) await pause(50);
    running.end(signal);
    return (await running.ended).output;
  }

  it('says so and records it, and the same command finishes it', async () => {
    const output = await endInTheMiddle('SIGTERM');
    expect(output).toContain('Run the same command again to resume');
    expect((await outcomes()).at(-1)).toBe('cancelled');
    expect(await workspace.taskSuccessfully(deploy())).toContain(`${builds[2]!.number}: runs in preprod`);
  });

  it('is found out by the next one, when it died without a word', async () => {
    await workspace.nxSuccessfully(['run', 'payments:k8s-deploy', `--tag=${builds[3]!.number}`, '--force']);
    await endInTheMiddle('SIGKILL');
    expect((await outcomes()).at(-1)).toBe('running');
    const output = await workspace.taskSuccessfully(deploy());
    expect(output).toContain(`abandoned payments ${builds[2]!.number}`);
    expect((await outcomes()).slice(-2)).toEqual(['abandoned', 'succeeded']);
    expect(await runningBuild()).toBe(builds[2]!.number);
  });
});

describe('promoting', () => {
  it('refuses what nobody approved of, also in a CI without a gate', async () => {
    const [plan] = await workspace.plansOf(['run', 'payments:promote']);
    for (const [approve, env, reason] of [
      [`--approve=${plan}`, {}, 'prod is protected and this deployment is not approved.'],
      ['--approve', gate.env, 'prod is protected, and `--approve` names no plan.'],
      ['--dry-run=false', gate.env, 'prod is protected and this deployment is not approved.'],
    ] as const) {
      const { code, output } = await workspace.task(['run', 'payments:promote', approve], { env });
      expect(output).toContain(reason);
      expect(code).toBe(2);
    }
    expect(await outcomes('prod')).toEqual([]);
  });

  it('takes no id but that of a plan, however it looks', async () => {
    for (const id of ['', ',', 'plan-', 'plan-3f9a', '$(id)', '##vso[x]', `plan-${'0'.repeat(5000)}`]) {
      const { code, output } = await workspace.task(['run', 'payments:promote', `--approve=${id}`], gate);
      expect(output).toContain('Expected ids of plans');
      expect(output.length).toBeLessThan(2000);
      expect(code).toBe(2);
    }
    const other = `plan-${'0'.repeat(32)}`;
    const { code, output } = await workspace.task(['run', 'payments:promote', `--approve=${other}`], gate);
    const [plan] = await workspace.plansOf(['run', 'payments:promote']);
    expect(output).toContain(`Approved was ${other}; now it would be ${plan} (`);
    expect(code).toBe(2);
    expect(await outcomes('prod')).toEqual([]);
  });

  it('can be looked at first, field by field, with exit code 3', async () => {
    const tag = `--tag=${builds[0]!.number}`;
    const { code, output } = await workspace.task(['run', 'payments:diff', tag]);
    expect(output).toContain('spec.template.spec.containers[payments].livenessProbe.periodSeconds: 13 → 11');
    expect(code).toBe(3);
    const nothing = await workspace.nxSuccessfully(['run', 'payments:diff', `--tag=${builds[2]!.number}`]);
    expect(nothing).toContain(`payments ${builds[2]!.number}: no difference to preprod`);
    const many = await workspace.nx(['run-many', '-t', 'diff', '-p', 'payments', '--env=prod', tag]);
    expect(many.output).toContain('Deployment payments created');
    expect(many.code).toBe(3);
    expect(await outcomes('prod')).toEqual([]);
  });

  it('brings the whole tested set up, by digest', async () => {
    await workspace.taskSuccessfully(['run', 'inventory:release']);
    const plans = await workspace.plansOf(['run-many', '-t', 'promote', '--from=preprod', '--to=prod']);
    expect(plans).toHaveLength(2);
    const output = await workspace.nxSuccessfully(
      ['run-many', '-t', 'promote', '--from=preprod', '--to=prod', `--approve=${plans.join(',')}`],
      gate,
    );
    expect(output).toMatch(new RegExp(`^payments +${builds[2]!.number} +[0-9a-f]{12} +prod +deployed `, 'm'));
    expect(output).toMatch(/^inventory +\S+ +[0-9a-f]{12} +prod +deployed /m);
    expect(output).toContain('orders: nothing to promote, it was never deployed to preprod');
    expect(await runningDigests('payments', workspace.namespace('prod'))).toEqual([builds[2]!.digest]);
    const history = await workspace.taskSuccessfully(['run', 'payments:history', '--env=prod']);
    expect(history).toMatch(/#1 {2}\S+ {2}[0-9a-f]{12} {2}promote {2}succeeded .* approved by prod approvers/);
  });
});

describe('a plan for prod', () => {
  it('is stale once somebody has changed an object there, and changes nothing', async () => {
    const other = ['run', 'payments:promote', `--tag=${builds[0]!.number}`, '--force'];
    const [plan] = await workspace.plansOf(other);
    const edit = ['patch', 'deployment', 'payments', '--namespace', workspace.namespace('prod')];
    const container = { name: 'payments', livenessProbe: { periodSeconds: 29 } };
    const spec = { template: { spec: { containers: [container] } } };
    await kubectl([...edit, `--patch=${JSON.stringify({ spec })}`]);
    const before = await outcomes('prod');
    const { code, output } = await workspace.task([...other, `--approve=${plan}`], gate);
    expect(output).toContain(`Approved was ${plan}; now it would be plan-`);
    expect(code).toBe(2);
    expect(await outcomes('prod')).toEqual(before);
  });
});

describe('--approve at a terminal', () => {
  const command = () => {
    const nx = join(workspace.folder, 'node_modules/nx/dist/bin/nx.js');
    const tag = builds[0]!.number;
    return `'${process.execPath}' '${nx}' run payments:promote --tag=${tag} --force --approve`;
  };

  it.each([
    ['n', 2],
    ['y', 0],
  ])('shows the plan, and asks: %s ends it with %d', async (answer, code) => {
    const before = await outcomes('prod');
    const { output, code: ended } = await workspace.atTerminal(command(), { question: /Approve of plan-/, answer });
    expect(output).toMatch(/payments: promote \S+ from preprod to prod, in place of \S+ \(commit /);
    expect(output).toContain('Deployment payments configured');
    expect(ended).toBe(code);
    expect(await outcomes('prod')).toEqual(code === 0 ? [...before, 'succeeded'] : before);
  });
});

describe('a whole environment', () => {
  it('goes back to what it was, by a plan that is shown first', async () => {
    const before = new Date().toISOString();
    await pause(1000);
    await workspace.nxSuccessfully(['run', 'payments:rollback', `--tag=${builds[0]!.number}`]);
    await release('inventory', 14);
    const inventory = await runningBuild('preprod', 'inventory');
    const plan = await workspace.taskSuccessfully([
      'run',
      'infrastructure:rollback',
      '--env=preprod',
      `--to=${before}`,
      '--dry-run',
    ]);
    expect(plan).toContain(`payments  ${builds[0]!.number} (`);
    expect(plan).toContain('preprod: dry run: nothing was changed');
    expect(await runningBuild()).toBe(builds[0]!.number);
    const done = await workspace.nxSuccessfully(['run', 'infrastructure:rollback', '--env=preprod', `--to=${before}`]);
    expect(done).toContain(`preprod is as it was at ${formatSecond(before)}`);
    expect(await runningBuild()).toBe(builds[2]!.number);
    expect(await runningBuild('preprod', 'inventory')).not.toBe(inventory);
  });

  it.each([
    [[], 'No target is given'],
    [['--to=tomorrow'], '--to cannot be "tomorrow"'],
    [['--to=2999-01-01'], 'a moment that has passed'],
    [['--to=payments#99'], 'No deployment 99 of payments is recorded'],
  ])('is not rolled back for %j', async (args, text) => {
    const { code, output } = await workspace.task(['run', 'infrastructure:rollback', '--env=preprod', ...args]);
    expect(output).toContain(text);
    expect(code).toBe(2);
  });
});
