import { setTimeout as pause } from 'node:timers/promises';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { moveTag } from '../../../scratch-workspace/src/state/registry-state.ts';
import type { CommandResult, RunningCommand } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
/** The commit to a library that both services use. */
let libraryCommit: string;

/** Runs a target of a project. */
const run = (target: string, ...args: string[]): Promise<CommandResult> => workspace.task(['run', target, ...args]);

/** Runs a target that must succeed. @returns both outputs. */
const said = (target: string, ...args: string[]): Promise<string> =>
  workspace.taskSuccessfully(['run', target, ...args]);

/** The one line of JSON that a target prints. @throws when it prints none, or several. */
async function facts<T>(target: string, ...args: string[]): Promise<T> {
  const { output } = await run(target, '--json', ...args);
  const [line, ...others] = output.split('\n').filter((each) => each.startsWith('{'));
  if (line === undefined || others.length > 0) throw new Error(`Not one line of JSON: ${output}`);
  return JSON.parse(line) as T;
}

const inPreprod = (...args: string[]) => kubectl([...args, `--namespace=${workspace.namespace('preprod')}`]);

/** The build that runs of a service in preprod. */
const runningBuild = (service: string) =>
  inPreprod('get', 'deployment', service, '--output=jsonpath={.metadata.annotations.poc\\.dev/build-number}');

/** Waits until a command that goes on has said something. @throws with what it said, when it ends or takes minutes. */
async function hasSaid(running: RunningCommand, text: RegExp): Promise<void> {
  let isOver = false;
  void running.ended.then(() => (isOver = true));
  const deadline = Date.now() + 120_000;
  while (!text.test(running.soFar())) {
    if (isOver || Date.now() > deadline) throw new Error(`It does not say ${text}:\n${running.soFar()}`);
    await pause(100);
  }
}

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('what runs where');
  await workspace.nxSuccessfully(['run-many', '-t', 'release', '-p', 'orders,payments']);
  await workspace.approved(['run', 'payments:promote']);
});
afterAll(() => workspace?.remove());

interface StatusFacts {
  readonly services: readonly {
    readonly service: string;
    readonly environments: readonly { readonly environment: string; readonly state: string }[];
  }[];
}

describe('a workspace in which all is well', () => {
  it('shows every service in every environment', async () => {
    const output = await said('infrastructure:status');
    expect(output).toMatch(/SERVICE +dev +preprod +prod/);
    expect(output).toMatch(/inventory +- +- +-/);
    expect(output).toMatch(/orders +- +\d{8}-1 [0-9a-f]{12} {2}2\/2 healthy +-/);
    expect(output).toMatch(/payments +- +\d{8}-1 [0-9a-f]{12} {2}2\/2 healthy +\d{8}-1 [0-9a-f]{12} {2}2\/2 healthy/);
    expect(output.match(/up to date/g)).toHaveLength(3);
    expect(output).toMatch(/^3 healthy$/m);
    expect(output).toMatch(/since \S+ \S+ \S+ \(.* ago\) by .* \(promote\)/);
    expect(output).not.toMatch(/DRIFT|HELD|drift:/);
  });

  it.each<[string, number, readonly string[]]>([
    ['what it shows', 0, ['infrastructure:outdated', '--json']],
    ['a refusal', 2, ['payments:k8s-deploy', '--env=preprod', '--tag=20200101-1']],
    ['a mistyped option', 2, ['payments:history', '--jsn']],
    ['a difference', 3, ['orders:diff', '--env=prod']],
  ])('is told %s by a task that is started without Nx as by Nx', async (_, code, args) => {
    const [task, nx] = await Promise.all([workspace.task(['run', ...args]), workspace.nx(['run', ...args])]);
    expect([task.code, nx.code]).toEqual([code, code]);
    expect(nx.output).toContain(task.output.trim());
    expect(nx.stdout).toContain(task.stdout.trim());
  });

  it('tells scripts the same', async () => {
    const { services } = await facts<StatusFacts>('infrastructure:status');
    const states = services.map(({ service, environments }) => [service, ...environments.map(({ state }) => state)]);
    expect(states).toEqual([
      ['inventory', 'absent', 'absent', 'absent'],
      ['orders', 'absent', 'deployed', 'absent'],
      ['payments', 'absent', 'deployed', 'deployed'],
    ]);
    const commit = await workspace.git(['rev-parse', 'HEAD']);
    const buildNumber = await runningBuild('orders');
    expect(services[1]?.environments[1]).toMatchObject({ buildNumber, commit, podsReady: 2, podsWanted: 2, drift: [] });
  });

  it('shows one service in one row', async () => {
    const output = await said('orders:status');
    expect(output).toMatch(/^orders +- +\d{8}-1 [0-9a-f]{12} {2}2\/2 healthy +-/m);
    expect(output).not.toMatch(/^(payments|inventory)/m);
  });

  it('is agreed upon by all witnesses', async () => {
    const { code, output } = await run('infrastructure:audit');
    expect(output).toContain('of 2 releases and 3 deployments of 3 services.');
    expect(output).toContain('All sources agree.');
    expect(code).toBe(0);
  });

  it('is measured', async () => {
    expect(await said('infrastructure:metrics', '--env=preprod')).toMatch(/^all +2 /m);
    const metrics = await facts<{ all: { changes: { succeeded: number } } }>('infrastructure:metrics', '--env=preprod');
    expect(metrics.all.changes.succeeded).toBe(2);
    const exposition = await said('infrastructure:metrics', '--env=preprod', '--openmetrics');
    expect(exposition).toMatch(/^poc_service_deployments_total\{environment="preprod",service="orders"\} 1$/m);
    expect(exposition).toMatch(/^# EOF$/m);
  });
});

describe('what somebody changed in the cluster', () => {
  beforeAll(async () => {
    await inPreprod('set', 'env', 'deployment/orders', 'LOG_LEVEL=debug');
    await inPreprod('scale', 'deployment/payments', '--replicas=3');
    await inPreprod('delete', 'service', 'payments');
  });

  it('is shown, with field, value and who wrote it', async () => {
    const output = await said('infrastructure:status');
    expect(output.match(/DRIFT/g)).toHaveLength(2);
    expect(output).toMatch(
      /^orders in preprod: drift: Deployment orders: spec\.template\.spec\.containers\[orders\]\.env.*debug.*, by kubectl-set \d/m,
    );
    expect(output).toMatch(/^payments in preprod: drift: Deployment payments: spec\.replicas: 2 → 3, by kubectl/m);
    expect(output).toMatch(/^payments in preprod: drift: Service payments is gone$/m);
  });

  it('is a difference for an audit, which does not undo it', async () => {
    const { code, output } = await run('infrastructure:audit', '--repair');
    expect(output).toMatch(/orders in preprod: drift: .*debug/);
    expect(output).toContain('payments in preprod: drift: Service payments is gone.');
    expect(output).toMatch(/\d differences?\./);
    expect(code).toBe(3);
  });

  it('is undone by deploying again, as the audit says', async () => {
    for (const service of ['orders', 'payments'])
      await said(`${service}:k8s-deploy`, '--env=preprod', `--tag=${await runningBuild(service)}`, '--force');
    expect(await said('infrastructure:audit')).toContain('All sources agree.');
    expect(await said('infrastructure:status')).not.toContain('DRIFT');
  });
});

describe('a commit', () => {
  beforeAll(async () => {
    const path = 'libs/service-host/src/index.ts';
    workspace.write(path, `${workspace.read(path)}\nexport const touched = true;\n`);
    libraryCommit = await workspace.commit('feat(service-host): something that both services get');
    await workspace.git(['push', '--quiet', 'origin', 'main']);
  });

  it('to a library puts the services that use it behind', async () => {
    const output = await said('infrastructure:status');
    expect(output.match(/1 behind/g)).toHaveLength(3);
    expect(output).not.toContain('up to date');
  });

  it('waits until it is released, and then runs there', async () => {
    const before = await said('infrastructure:where', `--commit=${libraryCommit.slice(0, 10)}`);
    expect(before).toContain(`${libraryCommit.slice(0, 12)} `);
    expect(before).toMatch(/^orders +not yet +- +waits: \d{8}-1 runs +-$/m);
    expect(before).toMatch(/^payments +not yet +- +waits: \d{8}-1 runs +waits: \d{8}-1 runs$/m);
    expect(before).not.toMatch(/^inventory/m);
    await said('orders:release');
    const after = await said('infrastructure:where', `--commit=${libraryCommit}`);
    expect(after).toMatch(/^orders +\d{8}-2 +- +runs in \d{8}-2 since \S+ \S+ \S+ \(.*(?:ago|now)\) +-$/m);
    expect(after).toMatch(/^payments +not yet /m);
  });

  it.each([
    [['--commit=0123456789012345678901234567890123456789'], 'This clone knows no commit of that name'],
    [['--commit=--all'], 'This clone knows no commit of that name'],
    [[], 'No commit is given.'],
  ])('is not looked for by %j', async (args, text) => {
    const { code, output } = await run('infrastructure:where', ...args);
    expect(output).toContain(text);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  });
});

describe('an environment that does not answer', () => {
  const path = 'Infrastructure/environments/dev.yaml';

  beforeAll(() => workspace.edit(path, /^ {2}context: .*$/m, '  context: of-another-machine'));
  afterAll(() => workspace.git(['checkout', '--quiet', path]));

  it('is told as that, and hides nothing of the others', async () => {
    const output = await said('infrastructure:status');
    expect(output).toMatch(/orders +\? cannot be reached +\d{8}-2 /);
    expect(output).toMatch(/^cannot read dev: .*of-another-machine/m);
  });
});

describe('a quota that keeps all pods away', () => {
  it('is named where the service is shown, and where it would be promoted from', async () => {
    await inPreprod('create', 'quota', 'none', '--hard=pods=0');
    try {
      await inPreprod('delete', 'pods', '--selector=app.kubernetes.io/name=orders', '--wait=true');
      const why = /Deployment orders cannot create its pods: the ResourceQuota none forbids it: /;
      let shown = '';
      while (!why.test(shown)) shown = await said('orders:status', '--env=preprod');
      expect(shown).toMatch(/ 0\/2 (rolling-out|down|stuck)/);
      const { code, output } = await run('orders:promote', '--dry-run');
      expect(output).toMatch(
        /0 of 2 pods are ready \(Deployment orders cannot create its pods: the ResourceQuota none/,
      );
      expect(code).toBe(2);
    } finally {
      await inPreprod('delete', 'quota', 'none');
    }
    // To do it again is a matter of seconds for a controller, which waits for longer after each time that it failed.
    await said('orders:release');
  });
});

describe('a route that its gateway takes no more', () => {
  it('keeps the service from being promoted, whose pods are well', async () => {
    const section = '/spec/parentRefs/0/sectionName';
    const patch = (change: object) =>
      inPreprod('patch', 'httproute', 'orders', '--type=json', `--patch=${JSON.stringify([change])}`);
    expect((await run('orders:promote', '--dry-run')).output).toContain('would promote');
    await patch({ op: 'add', path: section, value: 'absent' });
    try {
      let refused = await run('orders:promote', '--dry-run');
      // Until the gateway has looked, the route is as it was.
      while (refused.code === 0) refused = await run('orders:promote', '--dry-run');
      expect(refused.output).toMatch(/It runs in preprod, and HTTPRoute orders is not healthy: /);
      expect(refused.code).toBe(2);
      expect(await said('orders:status', '--env=preprod')).toMatch(/2\/2 healthy[^]*UNHEALTHY/);
    } finally {
      // Not by a patch: what others wrote stays theirs until it is deployed again.
      await said('orders:k8s-deploy', '--env=preprod', `--tag=${await runningBuild('orders')}`, '--force');
    }
  });
});

describe('who watches', () => {
  it('is told what changes, until it is ended', async () => {
    workspace.edit('apps/payments/openapi.yaml', 'operationId: getCharge', 'operationId: readCharge');
    workspace.edit(
      'apps/payments/openapi.yaml',
      '- { name: id, in: path, required: true, schema: { type: string } }',
      `- { name: id, in: path, required: true, schema: { type: string } }
        - { name: currency, in: query, required: true, schema: { type: string } }`,
    );
    // The service goes with its description, and its tests with both.
    workspace.edit('apps/payments/src/charge-operations.ts', 'getCharge:', 'readCharge:');
    const calls = /(?<=fetch\(`\$\{url\}\/[^`]*)`/g;
    workspace.edit('apps/payments/src/charge-operations.spec.ts', calls, '?currency=EUR`');
    await workspace.commit('feat(payments)!: a charge is asked for in a currency');
    const watching = await workspace.startNx(['run', 'infrastructure:status', '--watch', '--env=preprod']);
    try {
      await hasSaid(watching, /^payments +\d{8}-1 /m);
      await said('payments:release');
      await hasSaid(watching, /payments in preprod {2}\d{8}-2 [0-9a-f]{12} {2}2\/2 healthy/);
    } finally {
      watching.end('SIGINT');
    }
    const { output } = await watching.ended;
    expect(output).not.toMatch(/^ +at /m);
  });
});

describe('what differs between two environments', () => {
  const between = ['--from=preprod', '--to=prod'];

  it('is told: commits, and what breaks callers', async () => {
    const output = await said('payments:changes', ...between);
    expect(output).toContain('payments: what prod would get from preprod');
    expect(output).toMatch(/from +\d{8}-1 of commit [0-9a-f]{12}, runs in prod/);
    expect(output).toMatch(/to +\d{8}-2 of commit [0-9a-f]{12}, runs in preprod/);
    expect(output).toContain('2 commits by End-to-end test (2)');
    expect(output).toContain('feat(service-host): something that both services get');
    expect(output).toMatch(/API: 1 operation, 1 breaking/);
    expect(output).toMatch(/GET \/charges\/\{id\} changed, BREAKING/);
  });

  it('is told in Markdown and to scripts', async () => {
    const markdown = await said('payments:changes', ...between, '--markdown');
    expect(markdown).toMatch(/^## payments: /m);
    expect(markdown).toMatch(/^- \*\*Breaking:\*\* `GET \/charges\/\{id\}` changed$/m);
    const { commits, api } = await facts<{ commits: { id: string }[]; api: object }>('payments:changes', ...between);
    expect(commits.map(({ id }) => id)).toContain(libraryCommit);
    expect(api).toMatchObject({ operations: [{ operation: 'GET /charges/{id}', isBreaking: true }] });
  });
});

describe('an audit', () => {
  it('misses a tag, and makes it again', async () => {
    const tag = `payments-${await runningBuild('payments')}`;
    const target = await workspace.git(['rev-parse', `${tag}^{commit}`]);
    await workspace.git(['push', '--quiet', 'origin', `:refs/tags/${tag}`]);
    await workspace.git(['tag', '--delete', tag]);
    const found = await run('infrastructure:audit');
    expect(found.output).toMatch(new RegExp(`no-tag: There is no tag ${tag}; .*${target}`));
    expect(found.code).toBe(3);
    const mended = await run('infrastructure:audit', '--repair');
    expect(mended.output).toContain('fixed: no-tag');
    expect(mended.code).toBe(0);
    expect(await workspace.git(['rev-parse', `${tag}^{commit}`], workspace.origin)).toBe(target);
    expect(await said('infrastructure:audit')).toContain('All sources agree.');
  });

  it('sees that an image tag was moved, and leaves it', async () => {
    const build = await runningBuild('orders');
    const moved = await moveTag(`${workspace.id}/orders`, build, build.replace(/-2$/, '-1'));
    const { code, output } = await run('infrastructure:audit', '--repair');
    expect(output).toMatch(new RegExp(`orders ${build}: image-tag-moved: .* is ${moved} now`));
    expect(code).toBe(3);
    const { findings } = await facts<{ findings: { type: string }[] }>('infrastructure:audit');
    expect(findings.map(({ type }) => type)).toEqual(['image-tag-moved']);
  });
});
