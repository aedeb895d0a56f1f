import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ordersManifests, ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { Platform } from '../../model/build/platform.ts';
import type { ClusterNode } from '../../model/nodes/cluster-node.ts';
import { dockerRelease } from '../release/docker-release.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { promote } from './promote.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const of = (name: string) => Platform.parse(name)!;
const node = (name: string): ClusterNode => ({
  platform: of(name),
  labels: { 'kubernetes.io/arch': of(name).architecture },
  taints: [],
  isCordoned: false,
});

/** A machine that builds for its own platform, whatever it is told to: as one without buildx did. */
class Laptop extends ReleaseScenario {
  constructor(platform: string) {
    super();
    this.engine.platform = platform;
    const build = this.engine.build.bind(this.engine);
    this.engine.build = (image, ...rest) =>
      build({ ...image, settings: { ...image.settings, platforms: [] } }, ...rest);
  }
}

function withNodes<T extends ReleaseScenario>(scenario: T, environment: string, ...platforms: string[]): T {
  scenario.clusters.get(environment)!.ownNodes = platforms.map(node);
  return scenario;
}

function saying<T extends ReleaseScenario>(scenario: T, environment: string, ...platforms: string[]): T {
  scenario.environments = scenario.environments.map((each) =>
    each.name === environment ? { ...each, platforms } : each,
  );
  return scenario;
}

function pinned<T extends ReleaseScenario>(scenario: T, arch: string): T {
  const selector = `    spec:\n      nodeSelector: { kubernetes.io/arch: ${arch} }`;
  scenario.repository.write('apps/orders/k8s/all.yaml', ordersManifests.replace('    spec:', selector));
  scenario.repository.commit();
  return scenario;
}

const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;
const built = ({ engine }: ReleaseScenario) => engine.builds.at(-1)!.settings.platforms.map(String);

/** The refusal, as a person reads it. */
const refusal = (action: Promise<unknown>) =>
  action.then(
    () => 'not refused',
    ({ exitCode, facts }: { exitCode: number; facts: { type: string; reason: string; remedy: string } }) =>
      [exitCode, facts.type, facts.reason, facts.remedy].join('\n'),
  );

describe('an image that is for another platform', () => {
  it('is refused by the nodes, before anything is changed', async () => {
    const scenario = withNodes(new Laptop('linux/arm64'), 'preprod', 'linux/amd64');
    expect(await refusal(releaseIt(scenario))).toBe(
      [
        '2',
        'image-for-other-platforms',
        'The image of orders 20261124-1 is for linux/arm64; the nodes of preprod are linux/amd64.',
        "Build it for linux/amd64: `platforms: [linux/amd64]` in Infrastructure/environments/preprod.yaml, or `build.platforms` in orders's project.json; then `nx run orders:release --rebuild`.",
      ].join('\n'),
    );
    const cluster = scenario.clusters.get('preprod')!;
    expect(cluster.objects).toEqual([]);
    expect(await cluster.records('orders')).toEqual([]);
    expect(cluster.calls).not.toContain('lock');
  });

  it('is refused by the file of the environment, though it is for some that it names, and no node is asked', async () => {
    const scenario = saying(new Laptop('linux/arm64'), 'preprod', 'linux/arm64', 'linux/amd64');
    expect(await refusal(releaseIt(scenario))).toContain(
      'is for linux/arm64; preprod runs on linux/amd64 and linux/arm64, as Infrastructure/environments/preprod.yaml says.\nBuild it for linux/amd64, too',
    );
    expect(scenario.clusters.get('preprod')!.calls).not.toContain('nodes');
  });

  it('is refused by what the pods select, where the nodes may not be listed', async () => {
    const scenario = pinned(new Laptop('linux/arm64'), 'amd64');
    expect(await refusal(releaseIt(scenario))).toContain('Deployment orders asks for nodes that are linux/amd64');
  });

  it('is deployed with a warning where some nodes run it, and without one where pods select these', async () => {
    const scenario = withNodes(new Laptop('linux/arm64'), 'preprod', 'linux/amd64', 'linux/arm64');
    await releaseIt(scenario);
    expect(scenario.lines).toContain(
      'preprod: the image of orders 20261124-1 is for linux/arm64; the nodes of preprod are linux/amd64 and linux/arm64: pods of Deployment orders that come to linux/amd64 will crash; build it for these, too, or choose nodes by `nodeSelector: { kubernetes.io/arch: … }`',
    );
    const selecting = pinned(withNodes(new Laptop('linux/arm64'), 'preprod', 'linux/amd64', 'linux/arm64'), 'arm64');
    await releaseIt(selecting);
    expect(selecting.lines.join('\n')).not.toContain('will crash');
  });

  it('is deployed where nothing is known of the machines, or of the image', async () => {
    await releaseIt(new Laptop('linux/arm64'));
    await releaseIt(withNodes(new Laptop(''), 'preprod', 'linux/amd64'));
  });

  it('is refused in a dry run, too, and where it is promoted to', async () => {
    const scenario = withNodes(new Laptop('linux/arm64'), 'prod', 'linux/amd64');
    await releaseIt(scenario);
    scenario.now = new Date(scenario.now.getTime() + 3_600_000);
    const { service, ports, reporter } = scenario;
    const way = { from: named(scenario, 'preprod'), to: named(scenario, 'prod'), service, build: undefined, actor };
    const usual = { force: true, allowDowntime: true, adopt: false, timeoutMs: 1000, environmentNames: [] };
    for (const dryRun of [true, false]) {
      const request = { ...usual, ...way, mainBranch: 'main', dryRun, ...approvesAll('eve') };
      expect(await refusal(promote(request, ports, reporter))).toContain('the nodes of prod are linux/amd64');
    }
    expect(scenario.clusters.get('prod')!.objects).toEqual([]);
  });

  it('goes on running where it runs, with a warning, when the file says more', async () => {
    const scenario = new Laptop('linux/arm64');
    await releaseIt(scenario);
    saying(scenario, 'preprod', 'linux/amd64', 'linux/arm64');
    expect(await releaseIt(scenario)).toMatchObject({ deploys: [{ result: { state: 'unchanged' } }] });
    expect(scenario.lines.at(-1)).toMatch(/pods of Deployment orders that come to linux\/amd64 will crash$/);
  });

  it('can be gone back to, with a warning', async () => {
    const scenario = new Laptop('linux/arm64');
    await releaseIt(scenario);
    scenario.change('2');
    scenario.engine.platform = 'linux/amd64';
    await releaseIt(withNodes(scenario, 'preprod', 'linux/amd64'));
    const { service, ports, reporter } = scenario;
    const request = {
      service,
      environment: named(scenario, 'preprod'),
      environmentNames: [],
      mainBranch: 'main',
      actor,
    };
    const plan = await planRollback({ ...request, to: undefined, reason: undefined }, ports);
    const says =
      'preprod: the image of orders 20261124-1 is for linux/arm64; the nodes of preprod are linux/amd64: pods of Deployment orders that come to linux/amd64 will crash';
    expect(plan.doubts).toEqual([says]);
    // What cannot be asked keeps nobody from going back.
    scenario.clusters.get('preprod')!.before = (call) => {
      if (call === 'nodes') throw new Error('the network is gone');
    };
    expect((await planRollback({ ...request, to: undefined, reason: undefined }, ports)).doubts).toEqual([]);
    scenario.clusters.get('preprod')!.before = () => {};
    expect(await rollBack(plan, { timeoutMs: 1000 }, ports, reporter)).toMatchObject({ state: 'rolled-back' });
    expect(scenario.lines).toContain(says);
  });

  it('is built anew by `release --rebuild`, where what is built is what is asked for', async () => {
    const scenario = saying(new Laptop('linux/arm64'), 'preprod', 'linux/amd64');
    await expect(releaseIt(scenario)).rejects.toThrow();
    scenario.engine.platform = 'linux/amd64';
    expect(await refusal(releaseIt(scenario))).toContain('20261124-1 is for linux/arm64');
    expect(await releaseIt(scenario, { rebuild: true })).toMatchObject({ built: true, deploys: [{}] });
  });
});

describe('what an image is built for', () => {
  it('is the machine of the engine, where nobody says anything', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    expect(built(scenario)).toEqual([]);
    expect(scenario.lines).toContain('building image with in-memory');
  });

  it('is what the nodes are that it is deployed to, as far as its pods select them', async () => {
    const scenario = withNodes(new ReleaseScenario(), 'preprod', 'linux/arm64', 'linux/amd64');
    withNodes(scenario, 'prod', 'linux/s390x');
    await releaseIt(scenario);
    expect(built(scenario)).toEqual(['linux/amd64', 'linux/arm64']);
    expect(scenario.lines).toContain('building image with in-memory for linux/amd64 and linux/arm64');
    await releaseIt(pinned(scenario, 'arm64'));
    expect(built(scenario)).toEqual(['linux/arm64']);
  });

  it('is what all environments say that say it, because it is built once and promoted', async () => {
    const scenario = saying(saying(new ReleaseScenario(), 'prod', 'linux/arm64'), 'preprod', 'linux/amd64');
    await releaseIt(withNodes(scenario, 'preprod', 'linux/s390x'));
    expect(built(scenario)).toEqual(['linux/amd64', 'linux/arm64']);
  });

  it.each(['release --only=build', 'docker-release'])('is by the files alone for %s', async (command) => {
    const scenario = withNodes(saying(new ReleaseScenario(), 'prod', 'linux/arm64'), 'preprod', 'linux/s390x');
    const { service, environments, ports, reporter } = scenario;
    const request = { service, environments, allowDirty: false, buildNumber: undefined, dryRun: false };
    if (command === 'docker-release') await dockerRelease(request, ports, reporter);
    else await releaseIt(scenario, { only: 'build' });
    expect(built(scenario)).toEqual(['linux/arm64']);
    expect(scenario.clusters.get('preprod')!.calls).toEqual([]);
  });

  it('is what the service says before all', async () => {
    const scenario = withNodes(saying(new ReleaseScenario(), 'prod', 'linux/arm64'), 'preprod', 'linux/amd64');
    const { service } = scenario;
    const own = { ...service, build: () => ({ ...service.build(), platforms: [of('linux/amd64')] }) };
    await releaseIt(scenario, { service: own });
    expect(built(scenario)).toEqual(['linux/amd64']);
  });

  it('is told by a dry run, before what would be deployed', async () => {
    const scenario = withNodes(saying(new ReleaseScenario(), 'prod', 'linux/arm64'), 'preprod', 'linux/amd64');
    await releaseIt(scenario, { dryRun: true });
    const [builds, deploys] = [/would build the image .* for linux\/amd64 and linux\/arm64$/, /preprod: would deploy/];
    const place = (line: RegExp) => scenario.lines.findIndex((each) => line.test(each));
    expect(place(builds)).toBeGreaterThan(-1);
    expect(place(deploys)).toBeGreaterThan(place(builds));
    expect(scenario.engine.builds).toEqual([]);
  });
});
