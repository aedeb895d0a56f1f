import { longestBody, longestDescription } from '../../plugin/src/model/forge/forge-text.ts';
import { Failure } from '../../plugin/src/model/errors/product-error.ts';
import { ReleaseTag } from '../../plugin/src/model/release/release-tag.ts';
import type { Forge, NewForgeDeployment, NewForgeRelease } from '../../plugin/src/ports/forge.ts';

/** One repository at a forge under test, and a hand to push tags to it with. */
export interface ForgeScenario {
  readonly forge: Forge;
  readonly hasDeployments: boolean;
  /** The same forge when it does not answer. */
  readonly unreachable: Forge;
  /** Pushes the tag of a commit. @returns the commit. */
  push(tag: ReleaseTag): Promise<string>;
  /** The newest that was said of a deployment. */
  stateOf(deployment: number): Promise<string | undefined>;
}

/** Declares the behaviour that every client of a forge must have. */
export function forgeContract(start: () => Promise<ForgeScenario>): void {
  let count = 0;
  const newTag = () => ReleaseTag.parse(`orders-20261124-${++count}`)!;
  const released = async ({ push }: ForgeScenario, body = 'One *thing*.\n\n- ä "quoted"'): Promise<NewForgeRelease> => {
    const tag = newTag();
    return { tag, commit: await push(tag), title: `orders ${tag.buildNumber}`, body };
  };

  describe('releases', () => {
    it('are made once, and are found by their tag', async () => {
      const scenario = await start();
      const { forge } = scenario;
      const release = await released(scenario);
      expect(await forge.release(release.tag)).toBeUndefined();
      const made = await forge.publishRelease(release);
      expect(made).toEqual({ url: expect.stringMatching(/^https?:.*orders-20261124-\d+$/), made: 'created' });
      expect(await forge.release(release.tag)).toEqual({ url: made.url, title: release.title, body: release.body });
      expect(await forge.release(newTag())).toBeUndefined();
    });

    it('are left as they are when they are there', async () => {
      const scenario = await start();
      const release = await released(scenario);
      const { url } = await scenario.forge.publishRelease(release);
      expect(await scenario.forge.publishRelease({ ...release, body: 'other' })).toEqual({ url, made: 'exists' });
      expect((await scenario.forge.release(release.tag))?.body).toBe(release.body);
    });

    it('are made once also by two at the same moment', async () => {
      const scenario = await start();
      const release = await released(scenario);
      const both = await Promise.all([1, 2].map(() => scenario.forge.publishRelease(release)));
      expect(both.map(({ made }) => made).sort()).toEqual(['created', 'exists']);
      expect(both[0]?.url).toBe(both[1]?.url);
    });

    it('may be as long as is said', async () => {
      const scenario = await start();
      const release = await released(scenario, 'ä'.repeat(longestBody));
      await scenario.forge.publishRelease(release);
      expect((await scenario.forge.release(release.tag))?.body).toBe(release.body);
    });
  });

  describe('deployments', () => {
    const newDeployment = async ({ push }: ForgeScenario, isProduction = false): Promise<NewForgeDeployment> => {
      const tag = newTag();
      await push(tag);
      const links = { log: 'https://ci.example/runs/1', environment: 'https://shop.example/' };
      const payload = { build: `${tag.buildNumber}` };
      const description = 'd'.repeat(longestDescription);
      return { environment: `preprod/orders-${count}`, isProduction, tag, payload, description, links };
    };
    const open = async ({ forge }: ForgeScenario, deployment: NewForgeDeployment) => {
      const opened = await forge.openDeployment(deployment);
      if ('reason' in opened) throw new Error(opened.reason);
      return opened;
    };
    const ending = { description: 'e'.repeat(longestDescription), links: { log: 'https://ci.example/runs/1' } };

    it('are begun and ended, or are not known and said not to be', async () => {
      const scenario = await start();
      const { forge, hasDeployments } = scenario;
      const deployment = await newDeployment(scenario);
      const { environment, tag } = deployment;
      if (!hasDeployments) {
        for (const answer of [forge.newestDeployment(environment), forge.openDeployment(deployment)])
          expect(await answer).toEqual({ reason: expect.stringContaining('keeps no deployments') });
        return;
      }
      expect(await forge.newestDeployment(environment)).toBeUndefined();
      const opened = await open(scenario, deployment);
      const known = { ...opened, ref: `${tag}` };
      expect(await forge.newestDeployment(environment)).toEqual({ ...known, state: 'in_progress' });
      await forge.endDeployment(opened, { ...ending, state: 'failure' });
      expect(await forge.newestDeployment(environment)).toEqual({ ...known, state: 'failure' });
      expect(await forge.newestDeployment('preprod/payments')).toBeUndefined();
    });

    it.each([false, true])('no longer are active after the next one (production: %s)', async (isProduction) => {
      const scenario = await start();
      if (!scenario.hasDeployments) return;
      const first = await newDeployment(scenario, isProduction);
      const one = await open(scenario, first);
      await scenario.forge.endDeployment(one, { ...ending, state: 'success' });
      const two = await open(scenario, {
        ...(await newDeployment(scenario, isProduction)),
        environment: one.environment,
      });
      await scenario.forge.endDeployment(two, { ...ending, state: 'success' });
      expect(await scenario.forge.newestDeployment(one.environment)).toMatchObject({ id: two.id, state: 'success' });
      expect(await scenario.stateOf(one.id)).toBe('inactive');
    });

    it('of a tag that the forge does not have fail, and say so', async () => {
      const scenario = await start();
      if (!scenario.hasDeployments) return;
      const deployment = { ...(await newDeployment(scenario)), tag: newTag() };
      await expect(scenario.forge.openDeployment(deployment)).rejects.toMatchObject({
        exitCode: 1,
        facts: { type: 'forge-refuses' },
      });
    });
  });

  it('tells of many releases and deployments at once', async () => {
    const scenario = await start();
    const { forge, hasDeployments } = scenario;
    const there = await released(scenario);
    const { url } = await forge.publishRelease(there);
    const absent = newTag();
    const releases = await forge.releasesOf([there.tag, absent]);
    expect(releases.found.get(`${there.tag}`)).toMatchObject({ url });
    expect(releases.found.has(`${absent}`)).toBe(true);
    expect(releases.found.get(`${absent}`)).toBeUndefined();
    expect(releases.failure).toBeUndefined();
    expect((await forge.releasesOf([])).found.size).toBe(0);
    const environment = `prod/many-${count}`;
    const none = `prod/none-${count}`;
    const begun = { environment, isProduction: true, tag: there.tag, payload: {}, description: 'one', links: {} };
    const opened = await forge.openDeployment(begun);
    const newest = async () => forge.newestDeployments([environment, none]);
    if (!hasDeployments || 'reason' in opened) {
      expect(await newest()).toEqual({ reason: expect.stringContaining('keeps no deployments') });
      return;
    }
    const known = { id: opened.id, ref: `${there.tag}` };
    const found = async () => {
      const lookup = await newest();
      return 'reason' in lookup ? undefined : lookup.found;
    };
    expect((await found())?.get(environment)).toMatchObject({ ...known, state: 'in_progress' });
    await forge.endDeployment(opened, { state: 'success', description: 'done', links: {} });
    expect((await found())?.get(environment)).toMatchObject({ ...known, state: 'success' });
    expect((await found())?.get(none)).toBeUndefined();
    expect([...(await found())!.keys()].sort()).toEqual([environment, none].sort());
    const silent = await scenario.unreachable.releasesOf([there.tag]);
    expect(silent).toMatchObject({ failure: { facts: { type: 'forge-unreachable' } } });
    expect(silent.found.size).toBe(0);
  });

  it('fails, and says so, when it does not answer', async () => {
    const scenario = await start();
    const release = await released(scenario);
    const { unreachable } = scenario;
    const asked = [
      unreachable.release(release.tag),
      unreachable.publishRelease(release),
      unreachable.newestDeployment('x'),
    ];
    for (const each of asked) {
      const error: unknown = await each.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Failure);
      expect((error as Failure).facts.type).toBe('forge-unreachable');
    }
  });
}
