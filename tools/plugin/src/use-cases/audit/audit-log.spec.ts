import { Refusal } from '../../model/errors/product-error.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { history } from '../observe/history.ts';
import { audit } from './audit.ts';

const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;

async function findingsIn(scenario: ReleaseScenario) {
  const { environments, services, ports } = scenario;
  const repair = { signsTags: false, notes: async () => 'What is new.' };
  const { findings } = await audit({ environments, services, mainBranch: 'main', repair }, ports);
  return findings.map(({ subject, type, remedy }) => ({ told: `${subject}: ${type}`, remedy }));
}
const toldIn = async (scenario: ReleaseScenario) => (await findingsIn(scenario)).map(({ told }) => told);

/** So many releases to preprod, the last an hour ago. */
async function released(count: number): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  for (let release = 1; release <= count; release++) {
    if (release > 1) scenario.change(String(release));
    await releaseIt(scenario);
  }
  scenario.now = new Date(scenario.now.getTime() + 3600_000);
  return scenario;
}

it('finds nothing while records and log agree, also when records were forgotten', async () => {
  expect(await toldIn(await released(23))).toEqual([]);
});

it('finds a record that a deployer deleted, and says what to do', async () => {
  const scenario = await released(3);
  clusterOf(scenario).kept.remove('orders', 2);
  expect(await findingsIn(scenario)).toEqual([
    { told: 'orders in preprod: record-gone', remedy: expect.stringContaining('history --limit') },
  ]);
});

it('finds all records of a service deleted, whom nothing else in the cluster names any more', async () => {
  const scenario = await released(1);
  clusterOf(scenario).kept.remove('orders', 1);
  expect(await toldIn(scenario)).toContain('orders in preprod: record-gone');
});

it('finds a record that was made again with other manifests under the same sequence', async () => {
  const scenario = await released(3);
  const { kept } = clusterOf(scenario);
  kept.remake('orders', 2, (record) => record, scenario.ports.clock());
  expect(await toldIn(scenario)).toEqual([]);
  kept.remake('orders', 2, (record) => ({ ...record, manifests: [] }), scenario.ports.clock());
  expect(await toldIn(scenario)).toEqual(['orders in preprod: record-differs-from-log']);
});

it('believes neither the record nor the log: an administrator may have changed that', async () => {
  const scenario = await released(3);
  clusterOf(scenario).kept.changeLog('orders', (log) =>
    log.map((line) => (line.begin ? { ...line, begin: { ...line.begin, digest: `sha256:${'0'.repeat(64)}` } } : line)),
  );
  const [found] = await findingsIn(scenario);
  expect(found?.told).toBe('orders in preprod: record-differs-from-log');
  expect(found?.remedy).toMatch(/administrator.*audit log.*managedFields of both/);
  expect(found?.remedy).not.toMatch(/believe/);
});

it('finds a record that nobody logged, and tells it from one of before the log', async () => {
  const scenario = await released(3);
  const { kept } = clusterOf(scenario);
  kept.changeLog('orders', (log) => log.filter(({ sequence }) => sequence !== 2));
  expect(await toldIn(scenario)).toEqual(['orders in preprod: record-not-logged']);
  kept.changeLog('orders', () => []);
  kept.loggedSince = undefined;
  expect(await toldIn(scenario)).toEqual([]);
});

it('says once that the log of an environment cannot be read, and audits all else', async () => {
  const scenario = await released(2);
  const cluster = clusterOf(scenario);
  cluster.edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 5);
  cluster.before = (call) => {
    const facts = { type: 'forbidden', doing: 'read the log', reason: 'You may not.', remedy: 'Ask.' } as const;
    if (call === 'logOverview') throw new Refusal(facts);
  };
  expect(await toldIn(scenario)).toEqual(['preprod: log-unread', 'orders in preprod: drift']);
});

describe('history', () => {
  const historyOf = async (scenario: ReleaseScenario, limit?: number) => {
    const preprod = scenario.environments.filter(({ name }) => name === 'preprod');
    const [found] = await history('orders', preprod, scenario.ports, limit);
    if (found?.state !== 'read') throw new Error('not read');
    return [found.records, found.logged].map((all) => all.map(({ sequence }) => sequence));
  };

  it('goes on past the records as far as is asked for', async () => {
    const scenario = await released(24);
    const recorded = Array.from({ length: 20 }, (_, index) => 24 - index);
    expect(await historyOf(scenario)).toEqual([recorded, []]);
    expect(await historyOf(scenario, 22)).toEqual([recorded, [4, 3]]);
    expect(await historyOf(scenario, 500)).toEqual([recorded, [4, 3, 2, 1]]);
    expect(await historyOf(scenario, 2)).toEqual([[24, 23], []]);
  });

  it('shows deployments whose records are all gone', async () => {
    const scenario = await released(2);
    for (const sequence of [1, 2]) clusterOf(scenario).kept.remove('orders', sequence);
    expect(await historyOf(scenario, 50)).toEqual([[], [2, 1]]);
  });

  it('reads no log where records are enough', async () => {
    const scenario = await released(3);
    const { calls } = clusterOf(scenario);
    calls.length = 0;
    await historyOf(scenario);
    await historyOf(scenario, 3);
    expect(calls).not.toContain('logged');
  });
});
