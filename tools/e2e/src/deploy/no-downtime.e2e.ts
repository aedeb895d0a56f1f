import { runningDigests } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { startLoad } from '../../../load/src/gateway-load.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const releases = 10;

let workspace: ScratchWorkspace;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('load', { keep: ['preStop'] });
  await workspace.taskSuccessfully(['run', 'payments:release']);
});
afterAll(() => workspace.remove());

it(`loses no request while it releases ${releases} times`, async () => {
  const digests = new Set(await runningDigests('payments', workspace.namespace('preprod')));
  const load = await startLoad(workspace.hostname, '/payments/healthz/ready', { mostSeconds: 900 });
  try {
    for (let round = 1; round <= releases; round++) {
      workspace.edit(
        'apps/payments/src/main.ts',
        round === 1 ? /^/ : /^console.log\(\d+\);\n/,
        `console.log(${round});\n`,
      );
      await workspace.commit(`feat(payments): round ${round}`);
      await workspace.taskSuccessfully(['run', 'payments:release']);
      for (const digest of await runningDigests('payments', workspace.namespace('preprod'))) digests.add(digest);
    }
  } finally {
    const { requests, failed } = await load.stop();
    console.log(`${requests} requests, failed: ${JSON.stringify(failed)}`);
    expect(failed).toEqual({});
    expect(requests).toBeGreaterThan(releases * 100);
  }
  expect(digests.size).toBe(releases + 1);
}, 1_200_000);

const [deployment, service] = ['apps/payments/k8s/deployment.yaml', 'apps/payments/k8s/service.yaml'];
const label = (text: string) => `        app.kubernetes.io/instance: payments\n        ${text}\n        # Which build`;

/** Gives the pods of payments labels beside those that they have anyway. */
function labelPods(before: string | undefined, text: string): void {
  const usual = '        app.kubernetes.io/instance: payments\n        # Which build';
  workspace.edit(deployment, before === undefined ? usual : label(before), label(text));
}

/** Has the Service of payments look for a label of its pods. */
function selectPods(before: string | undefined, text: string): void {
  const usual = '    app.kubernetes.io/instance: payments\n';
  const from = before === undefined ? `${usual}  ports:` : `${usual}    ${before}\n`;
  const to = `${usual}    ${text}\n${before === undefined ? '  ports:' : ''}`;
  workspace.edit(service, from, to);
}

/** Releases payments, and asks for it all the while. */
async function releaseUnderLoad() {
  await workspace.commit('feat(payments): other labels');
  const load = await startLoad(workspace.hostname, '/payments/healthz/ready', { mostSeconds: 300 });
  const result = await workspace.task(['run', 'payments:release']).catch(async (error: unknown) => {
    await load.stop();
    throw error;
  });
  const { requests, failed } = await load.stop();
  console.log(`${requests} requests, failed: ${JSON.stringify(failed)}`);
  return { ...result, failed };
}

it('refuses a Service that would find no pods for a while, and loses nothing in the two steps that it names', async () => {
  labelPods(undefined, 'track: blue');
  selectPods(undefined, 'track: blue');
  // A label more is found with all new pods at once, for the Service is changed when they are ready.
  expect(await releaseUnderLoad()).toMatchObject({ code: 0, failed: {} });

  const tags = () => workspace.git(['ls-remote', '--tags', 'origin']);
  const before = { tags: await tags(), refs: await workspace.originRefs() };
  labelPods('track: blue', 'track: green');
  selectPods('track: blue', 'track: green');
  const refused = await releaseUnderLoad();
  expect(refused).toMatchObject({ code: 2, failed: {} });
  expect(refused.output).toMatch(
    /Service payments: it finds pods by track=blue until all new ones are ready, and those lack it\./,
  );
  expect(refused.output).toMatch(/Release it in two steps: /);
  expect({ tags: await tags(), refs: await workspace.originRefs() }).toEqual(before);

  // As it says: pods that have both labels, then the Service, and then the old label may go.
  labelPods('track: green', 'track: blue\n        colour: green');
  selectPods('track: green', 'colour: green');
  expect(await releaseUnderLoad()).toMatchObject({ code: 0, failed: {} });
  labelPods('track: blue\n        colour: green', 'colour: green');
  expect(await releaseUnderLoad()).toMatchObject({ code: 0, failed: {} });
});

it('takes the reason that the workload gives for it, and records it', async () => {
  const before = await workspace.taskSuccessfully(['run', 'payments:history', '--env=preprod']);
  labelPods('colour: green', 'colour: red');
  selectPods('colour: green', 'colour: red');
  workspace.edit(
    deployment,
    /^metadata:\n {2}name: payments\n/m,
    'metadata:\n  name: payments\n  annotations:\n    poc.dev/allow-downtime: Clients try again for a minute.\n',
  );
  const { code, output } = await releaseUnderLoad();
  expect(code).toBe(0);
  expect(output).toMatch(/finds pods by colour=green .* Accepted: Clients try again for a minute\./);
  expect(output).not.toContain('it is not needed');
  const history = await workspace.taskSuccessfully(['run', 'payments:history', '--env=preprod']);
  const accepted =
    'accepted: Deployment payments may fail requests while it is deployed (Service payments, spec.selector)';
  expect(before).not.toContain(accepted);
  expect(history).toContain(accepted);
});
