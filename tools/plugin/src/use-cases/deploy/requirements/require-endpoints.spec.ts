import { BuildNumber } from '../../../model/release/build-number.ts';
import { findRelease } from '../../revision/find-release.ts';
import { deploy } from '../deploy.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ordersManifests, ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';

const path = 'apps/orders/k8s/all.yaml';
const usualPorts = 'ports: [{ port: 80 }]';
const usualSelector = 'spec: { selector: { app.kubernetes.io/name: orders }, ports';
const usualLabels = 'metadata: { labels: { app.kubernetes.io/name: orders } }';

/** Releases once, with manifests of its own. */
async function released(edit: (text: string) => string): Promise<ReleaseScenario> {
  const scenario = new ReleaseScenario();
  write(scenario, edit);
  await releaseIt(scenario);
  scenario.lines.splice(0);
  return scenario;
}

function write(scenario: ReleaseScenario, edit: (text: string) => string): void {
  const { repository } = scenario;
  repository.write(path, edit(ordersManifests));
  repository.commit();
}

const target = (port: string) => (text: string) =>
  text.replace(usualPorts, `ports: [{ port: 80, targetPort: ${port} }]`);
const listening = (ports: string) => (text: string) =>
  text.replace('image: orders', `image: orders\n          ports: [${ports}]`);
const labelled = (label: string) => (text: string) =>
  text.replace(usualLabels, `metadata: { labels: { app.kubernetes.io/name: orders, ${label} } }`);
const selecting = (label: string) => (text: string) =>
  text.replace(usualSelector, `spec: { selector: { app.kubernetes.io/name: orders, ${label} }, ports`);
const both =
  (...edits: ((text: string) => string)[]) =>
  (text: string) =>
    edits.reduce((last, edit) => edit(last), text);

it.each([
  ['a port by its number', target('8080'), target('9090'), /port 80 leads to 8080 of the pods .* have 9090 instead/],
  [
    'a port by its name',
    both(target('http'), listening('{ name: http, containerPort: 8080 }')),
    both(target('web'), listening('{ name: web, containerPort: 8080 }')),
    /port 80 leads to http of the pods .* have web instead/,
  ],
  [
    'a label that the Service looks for',
    both(labelled('track: blue'), selecting('track: blue')),
    both(labelled('track: green'), selecting('track: green')),
    /Service orders: it finds pods by track=blue until all new ones are ready, and those lack it/,
  ],
])('refuses to change %s, before a number is taken', async (_, before, after, reason) => {
  const scenario = await released(before);
  write(scenario, after);
  await expect(releaseIt(scenario)).rejects.toMatchObject({
    exitCode: 2,
    facts: { type: 'downtime', reason: expect.stringMatching(reason), remedy: expect.stringMatching(/two steps/) },
  });
  expect((await scenario.repository.buildNumbers('orders')).map(String)).toEqual(['20261124-1']);
  // Whoever takes it upon themselves is told what it costs.
  await releaseIt(scenario, { allowDowntime: true });
  expect(scenario.lines.join('\n')).toMatch(reason);
});

it.each([
  [
    'has both ports for a while',
    target('8080'),
    both(target('9090'), listening('{ containerPort: 8080 }, { containerPort: 9090 }')),
  ],
  [
    'looks for a label more, which its pods have',
    (text: string) => text,
    both(labelled('tier: api'), selecting('tier: api')),
  ],
  [
    'changes the number behind a name',
    both(target('http'), listening('{ name: http, containerPort: 8080 }')),
    both(target('http'), listening('{ name: http, containerPort: 9090 }')),
  ],
])('lets a release through that %s', async (_, before, after) => {
  const scenario = await released(before);
  write(scenario, after);
  expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
});

it('takes the reason that the workload gives', async () => {
  const scenario = await released(target('8080'));
  const accepted = (text: string) =>
    text.replace(
      'metadata: { name: orders }\nspec:\n  replicas',
      'metadata: { name: orders, annotations: { poc.dev/allow-downtime: Clients try again for a minute. } }\nspec:\n  replicas',
    );
  write(scenario, both(target('9090'), accepted));
  expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'deployed' } }] });
  const said = scenario.lines.join('\n');
  expect(said).toMatch(/port 80 leads to 8080 .* Accepted: Clients try again for a minute\./);
  expect(said).not.toContain('it is not needed');
  const [record] = await scenario.clusters.get('preprod')!.records('orders');
  expect(record?.exceptions).toEqual([
    { object: 'Deployment orders', reason: 'Clients try again for a minute.', lifted: ['Service orders, port 80'] },
  ]);
  // What comes after it needs the reason no more.
  scenario.lines.splice(0);
  write(scenario, (text) => both(target('9090'), accepted)(text).replace('replicas: 2', 'replicas: 3'));
  await releaseIt(scenario);
  expect(scenario.lines.join('\n')).toMatch(/Deployment orders, poc\.dev\/allow-downtime: it is not needed/);
  expect((await scenario.clusters.get('preprod')!.records('orders'))[0]?.exceptions).toBeUndefined();
});

describe('of a release that is older than what runs', () => {
  /** Returns a scenario in which the newer of two releases, whose Services lead elsewhere, runs; and deploys the older one. */
  async function deployOlder(force: boolean) {
    const scenario = await released(target('8080'));
    write(scenario, target('9090'));
    await releaseIt(scenario, { allowDowntime: true });
    const { service, environments, ports, reporter } = scenario;
    const environment = environments.find(({ name }) => name === 'preprod')!;
    const older = {
      ...{ service, environment, environmentNames: ['dev', 'preprod', 'prod'], allowDowntime: false, adopt: false },
      release: await findRelease('orders', BuildNumber.parse('20261124-1')!, ports),
      actor: { person: 'ada', run: 'ada@laptop' },
    };
    return deploy(
      older,
      { timeoutMs: 1000, force, approvedBy: undefined, mainBranch: 'main', comparesCommits: true },
      ports,
      reporter,
    );
  }

  it('loses nothing, because it is superseded', async () => {
    expect(await deployOlder(false)).toMatchObject({
      state: 'superseded',
      by: { release: { buildNumber: BuildNumber.parse('20261124-2') } },
    });
  });

  it('refuses where it is forced over that', async () => {
    await expect(deployOlder(true)).rejects.toMatchObject({ exitCode: 2, facts: { type: 'downtime' } });
  });
});
