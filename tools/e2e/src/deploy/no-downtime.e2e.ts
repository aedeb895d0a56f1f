import { runningDigests } from '../../../scratch-workspace/src/cluster-state.ts';
import { startLoad } from '../../../load/src/gateway-load.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const releases = 10;

let workspace: ScratchWorkspace;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('load', { keep: ['preStop'] });
});
afterAll(() => workspace.remove());

it(`loses no request while it releases ${releases} times`, async () => {
  await workspace.taskSuccessfully(['run', 'payments:release']);
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
