import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { PlanId } from '../../model/plan/plan-id.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { Release } from '../../model/release/release.ts';
import { planRollback } from '../rollback/rollback.ts';
import { promote, type PromoteRequest } from './promote.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const named = ({ environments }: ReleaseScenario, name: string) => environments.find((each) => each.name === name)!;

/** A release that runs in preprod; prod has a registry of its own. */
async function released(prod = 'prod.example/shop') {
  const scenario = new ReleaseScenario();
  scenario.environments = scenario.environments.map((each) =>
    each.name === 'prod' ? { ...each, registry: prod } : each,
  );
  const { release } = await releaseIt(scenario);
  scenario.now = new Date(scenario.now.getTime() + 3_600_000);
  scenario.lines.length = 0;
  return { scenario, release: release! };
}

const imageOf = (registry: string, { buildNumber, imageDigest }: Release) =>
  ImageRef.of(registry, 'orders', buildNumber.toString(), imageDigest);

function up(scenario: ReleaseScenario, wishes: Partial<PromoteRequest> = {}) {
  const { service, ports, reporter } = scenario;
  const way = { from: named(scenario, 'preprod'), to: named(scenario, 'prod') };
  const usual = { force: false, allowDowntime: false, adopt: false, dryRun: false, timeoutMs: 1000 };
  const facts = { environmentNames: [], mainBranch: 'main', build: undefined, actor, ...approvesAll('eve') };
  return promote({ ...usual, ...facts, ...way, service, ...wishes }, ports, reporter);
}

const typeOf = (action: Promise<unknown>) =>
  action.then(
    () => 'not refused',
    ({ exitCode, facts }: { exitCode: number; facts: { type: string } }) => `${exitCode} ${facts.type}`,
  );

describe('a release that is promoted to an environment with a registry of its own', () => {
  it('is copied there with its digest, locked, and deployed from there', async () => {
    const { scenario, release } = await released();
    const [from, to] = [imageOf('acr.example', release), imageOf('prod.example/shop', release)];
    expect(await scenario.registry.digest(to)).toBeUndefined();
    expect(await up(scenario)).toMatchObject({ result: { state: 'deployed' } });
    expect(await scenario.registry.digest(to.withoutDigest())).toBe(release.imageDigest);
    expect(scenario.registry.locked).toContain(to.tagged);
    expect(JSON.stringify(scenario.clusters.get('prod')!.objects)).toContain(`"${to}"`);
    expect(scenario.lines).toContain(`copying ${from} to ${to.tagged}: 1 blob, 1 MiB`);
    expect(scenario.lines).toContain(`copied ${to}: 1 blob, 1 MiB`);
    expect(scenario.engine.pushes).toHaveLength(1);
  });

  it('is not copied for a plan that nobody approved', async () => {
    const { scenario, release } = await released();
    const another = PlanId.parse(`plan-${'0'.repeat(32)}`)!;
    expect(await typeOf(up(scenario, { approvedPlans: { plans: [another], ask: undefined } }))).toBe('2 plan-changed');
    expect(await scenario.registry.digest(imageOf('prod.example/shop', release))).toBeUndefined();
  });

  it('is only said to be copied in a dry run', async () => {
    const { scenario, release } = await released();
    expect(await up(scenario, { dryRun: true })).toMatchObject({ state: 'planned' });
    const [from, to] = [imageOf('acr.example', release), imageOf('prod.example/shop', release)];
    expect(scenario.lines).toContain(`prod: would copy ${from} to ${to.tagged}: 1 blob, 1 MiB`);
    expect(await scenario.registry.digest(to)).toBeUndefined();
  });

  it('is taken over within one registry', async () => {
    const { scenario } = await released('acr.example/prod');
    await up(scenario);
    expect(scenario.lines).toContainEqual(expect.stringMatching(/^copied .*: 1 blob without being sent/));
  });

  it('is not copied again when it is there, nor asked for upstream', async () => {
    const { scenario } = await released();
    await up(scenario);
    scenario.lines.length = 0;
    scenario.registry.unreachable.add('acr.example');
    expect(await up(scenario)).toMatchObject({ result: { state: 'unchanged' } });
    expect(scenario.lines.join()).not.toContain('cop');
  });

  it('is refused where nothing may be pushed, or the tag is of another image, and nothing is deployed then', async () => {
    const { scenario, release } = await released();
    scenario.registry.readOnly.add('prod.example');
    expect(await typeOf(up(scenario))).toBe('2 registry-denies-access');
    scenario.registry.put(imageOf('prod.example/shop', release).withoutDigest(), "somebody else's");
    expect(await typeOf(up(scenario))).toBe('2 image-tag-taken');
    expect(scenario.clusters.get('prod')!.objects).toEqual([]);
    expect(await scenario.clusters.get('prod')!.records('orders')).toEqual([]);
  });

  it('is copied to a repository that is not there yet, and may not be looked for', async () => {
    const { scenario } = await released();
    scenario.registry.hidesAbsent.add('prod.example');
    expect(await up(scenario)).toMatchObject({ result: { state: 'deployed' } });
  });

  it('is verified by what its image says where it is copied from: nothing is brought along that lies', async () => {
    const { scenario, release } = await released();
    const image = imageOf('acr.example', release).withoutDigest();
    scenario.registry.clear();
    const forged = scenario.registry.put(image, 'evil', { 'org.opencontainers.image.title': 'orders' });
    expect(forged).not.toBe(release.imageDigest);
    expect(await typeOf(up(scenario))).toBe('2 image-missing');
    expect(await scenario.registry.digest(imageOf('prod.example/shop', release))).toBeUndefined();
  });

  it('is refused when no registry has it, and when the one that may is not reached', async () => {
    const { scenario } = await released();
    scenario.registry.unreachable.add('acr.example');
    expect(await typeOf(up(scenario))).toBe('2 registry-unreachable');
    scenario.registry.unreachable.clear();
    scenario.registry.clear();
    expect(await typeOf(up(scenario))).toBe('2 image-missing');
  });

  it('is not deployed when the command is stopped while it is copied', async () => {
    const { scenario } = await released();
    const stop = new AbortController();
    scenario.registry.duringCopy = () => stop.abort();
    await expect(up(scenario, { signal: stop.signal })).rejects.toThrow();
    expect(await scenario.clusters.get('prod')!.records('orders')).toEqual([]);
  });

  it('is gone back to by asking its own registry alone', async () => {
    const { scenario, release } = await released();
    await up(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    scenario.now = new Date(scenario.now.getTime() + 3_600_000);
    expect(await up(scenario)).toMatchObject({ result: { state: 'deployed' } });
    scenario.registry.unreachable.add('acr.example');
    const { service, ports } = scenario;
    const where = { environment: named(scenario, 'prod'), environmentNames: [], mainBranch: 'main' };
    const plan = await planRollback({ service, ...where, to: undefined, actor, reason: undefined }, ports);
    expect(plan.release).toEqual(release);
  });
});

describe('a release to several environments with registries of their own', () => {
  it('is pushed once, and copied from there', async () => {
    const scenario = new ReleaseScenario();
    scenario.environments = scenario.environments.map((each) => ({ ...each, registry: `${each.name}.example` }));
    const targets = scenario.environments;
    const { release } = await releaseIt(scenario, { targets, ...approvesAll('eve') });
    expect(scenario.engine.pushes.map(String)).toEqual([imageOf('dev.example', release!).tagged]);
    for (const { registry } of targets)
      expect(await scenario.registry.digest(imageOf(registry, release!).withoutDigest())).toBe(release!.imageDigest);
  });

  it('builds nothing again for an environment whose registry does not have it yet', async () => {
    const { scenario, release } = await released();
    const result = await releaseIt(scenario, { targets: [named(scenario, 'prod')], ...approvesAll('eve') });
    expect(result).toMatchObject({ built: false, release: { buildNumber: release.buildNumber } });
    expect(scenario.engine.builds).toHaveLength(1);
    expect(await scenario.registry.digest(imageOf('prod.example/shop', release))).toBe(release.imageDigest);
  });

  it('says in a dry run what would be copied, also of what is not built yet', async () => {
    const { scenario } = await released();
    scenario.change('2');
    await releaseIt(scenario, { targets: scenario.environments.slice(1), dryRun: true });
    expect(scenario.lines).toContain('prod: would copy the image from acr.example to prod.example/shop');
  });
});
