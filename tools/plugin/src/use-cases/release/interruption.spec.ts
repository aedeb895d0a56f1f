import { countedPorts } from '../../../../twins/src/counted-ports.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { interruption, isInterruption } from '../../model/errors/interruption.ts';
import type { ProductError } from '../../model/errors/product-error.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';

/** Calls that change something, and must not be made by a command that was asked to stop. */
const writes = [
  'repository.reserveBuildNumber',
  'repository.tagRelease',
  'repository.forgetBuildNumbers',
  'registry.lockTag',
  'engine.build',
  'engine.push',
  'forge.publishRelease',
  'forge.openDeployment',
  'cluster.lock',
  'cluster.openRecord',
  'cluster.apply',
  'cluster.runJob',
  'cluster.prune',
];

/** A scenario in which one call more or less can be the moment of an interruption. */
class InterruptedScenario extends ReleaseScenario {
  readonly calls: string[] = [];
  readonly asked = new AbortController();
  /** Calls after which the command is asked to stop. */
  stopAt = Infinity;

  override get ports(): ReleasePorts {
    return countedPorts(super.ports, (name) => {
      this.calls.push(name);
      if (this.calls.length === this.stopAt) this.asked.abort(interruption('SIGINT'));
    });
  }

  /** The calls that were begun after the command was asked to stop, and change something. */
  get lateWrites(): string[] {
    return this.calls.slice(this.stopAt).filter((name) => writes.includes(name));
  }
}

const attempts: { name: string; run: (scenario: InterruptedScenario) => Promise<unknown>; prepare?: boolean }[] = [
  { name: 'a first release', run: release },
  { name: 'a release over another', run: release, prepare: true },
  {
    name: 'a rollback',
    prepare: true,
    run: async (scenario) => {
      const { service, environments, ports, reporter } = scenario;
      const environmentNames = environments.map(({ name }) => name);
      const environment = environments.find(({ name }) => name === 'preprod')!;
      const actor = { person: 'ada', run: 'ada@laptop' };
      const request = {
        service,
        environment,
        environmentNames,
        mainBranch: 'main',
        to: BuildNumber.parse('20261124-1'),
        actor,
        reason: undefined,
      };
      const limits = { timeoutMs: 1000, signal: scenario.asked.signal };
      return rollBack(await planRollback(request, ports), limits, ports, reporter);
    },
  },
];

async function release(scenario: InterruptedScenario): Promise<unknown> {
  return releaseIt(scenario, { signal: scenario.asked.signal });
}

async function prepared(prepare: boolean): Promise<InterruptedScenario> {
  const before = new ReleaseScenario();
  if (prepare) {
    await releaseIt(before);
    before.change('2');
    await releaseIt(before);
    before.change('3');
  }
  return new InterruptedScenario(before);
}

describe.each(attempts)('$name that is asked to stop', ({ run, prepare = false }) => {
  it('changes nothing more after any call, frees the lock, and can be run again', async () => {
    const whole = await prepared(prepare);
    await run(whole);
    const { length } = whole.calls;
    expect(length).toBeGreaterThan(15);
    for (let stopAt = 1; stopAt < length; stopAt++) {
      const scenario = await prepared(prepare);
      scenario.stopAt = stopAt;
      const error: unknown = await run(scenario).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const at = `${stopAt}: ${scenario.calls[stopAt - 1]}`;
      expect({ at, late: scenario.lateWrites }).toEqual({ at, late: [] });
      if (error !== undefined) expect({ at, is: isInterruption(error) || error }).toEqual({ at, is: true });
      const records = await scenario.clusters.get('preprod')!.records('orders');
      expect({ at, running: records.filter(({ outcome }) => outcome === 'running') }).toEqual({ at, running: [] });
      if (stopAt % 3 > 0) continue;
      const again = new InterruptedScenario(scenario);
      await run(again);
      await (
        await again.clusters
          .get('preprod')!
          .lock('orders', { person: 'bob', run: 'bob' }, () => expect(at).toBe('free'))
      ).release();
    }
  });
});

describe('a release that is asked to stop says how far it came', () => {
  it.each([
    ['repository.reserveBuildNumber', 'Build number 20261124-1 is used up; nothing was pushed, tagged or deployed.'],
    ['engine.build', 'Build number 20261124-1 is used up; nothing was pushed, tagged or deployed.'],
    ['repository.tagRelease', '20261124-1 is released; not finished in preprod.'],
    ['registry.lockTag', 'acr.example/orders:20261124-1 is pushed; nothing was tagged or deployed.'],
    ['cluster.waitUntilReady', '20261124-1 is released; not finished in preprod.'],
    ['repository.headCommit', 'Nothing was changed.'],
  ])('when %s is called', async (call, sentence) => {
    const whole = await prepared(false);
    await release(whole);
    const scenario = await prepared(false);
    scenario.stopAt = whole.calls.indexOf(call) + 1;
    const error = (await release(scenario).catch((thrown: unknown) => thrown)) as ProductError;
    expect(error.facts).toMatchObject({ type: 'interrupted', doing: 'release orders' });
    expect(error.facts.reason).toContain(sentence);
  });

  it('stops waiting for the lock of another at once', async () => {
    const scenario = await prepared(false);
    const cluster = scenario.clusters.get('preprod')!;
    const theirs = await cluster.lock('orders', { person: 'bob', run: 'bob@laptop' }, () => {});
    const running = release(scenario).catch((thrown: unknown) => thrown);
    while (!scenario.lines.some((line) => /waiting for bob/.test(line))) await new Promise(setImmediate);
    scenario.asked.abort(interruption('SIGTERM'));
    expect(((await running) as ProductError).facts).toMatchObject({
      type: 'interrupted',
      reason:
        'It was interrupted (SIGTERM). Nothing was deployed to preprod. 20261124-1 is released; not finished in preprod.',
    });
    await theirs.release();
  });
});
