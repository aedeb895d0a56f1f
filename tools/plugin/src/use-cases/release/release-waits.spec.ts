import { countedPorts } from '../../../../twins/src/counted-ports.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** Keeps the calls in order, that for the engine among them. */
class Watched extends ReleaseScenario {
  readonly calls: string[] = [];
  override get ports(): ReleasePorts {
    const ports = countedPorts(super.ports, (name) => this.calls.push(name));
    return {
      ...ports,
      engine: () => {
        this.calls.push('engine');
        return ports.engine();
      },
    };
  }
}

describe('a release waits for nothing that could be asked before:', () => {
  it('the engine is looked for before it is asked what a later commit has overtaken', async () => {
    const scenario = new Watched();
    await releaseIt(scenario);
    const first = scenario.calls.indexOf('engine');
    expect(first).toBeGreaterThan(-1);
    expect(scenario.calls.slice(0, first).filter((call) => /^(cluster|lock)\.|reserve|push/.test(call))).toEqual([]);
  });

  it('nothing is asked between the number and the build', async () => {
    const scenario = new Watched();
    await releaseIt(scenario);
    const built = scenario.calls.indexOf('engine.build');
    expect(scenario.calls[built - 1]).toBe('repository.reserveBuildNumber');
  });
});

/** Its origin takes a tag only after a while. */
class SlowTags extends Watched {
  isRefused = false;
  override get ports(): ReleasePorts {
    const { repository, ...ports } = super.ports;
    const tagRelease: typeof repository.tagRelease = async (...tag) => {
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (this.isRefused) throw new Error('The origin refuses.');
      const made = await repository.tagRelease(...tag);
      this.calls.push('tagged');
      return made;
    };
    return { ...ports, repository: Object.assign(Object.create(repository), { tagRelease }) as typeof repository };
  }

  /** The calls after the build. */
  get afterBuild(): readonly string[] {
    return this.calls.slice(this.calls.indexOf('engine.push') + 1);
  }
}

describe('the tag of a release', () => {
  it('is pushed while the deployment is planned, and is there before anything is changed', async () => {
    const scenario = new SlowTags();
    await releaseIt(scenario);
    const calls = scenario.afterBuild;
    expect(calls.indexOf('cluster.plan')).toBeLessThan(calls.indexOf('tagged'));
    expect(calls.slice(0, calls.indexOf('tagged')).filter((call) => /lock|apply|Record/.test(call))).toEqual([
      'registry.lockTag',
    ]);
    expect(calls).toContain('cluster.apply');
  });

  it('keeps a release that has none from being deployed', async () => {
    const scenario = new SlowTags();
    scenario.isRefused = true;
    await expect(releaseIt(scenario)).rejects.toThrow('The origin refuses.');
    expect(scenario.afterBuild.filter((call) => /cluster\.lock|apply|openRecord|^forge/.test(call))).toEqual([]);
  });
});

describe('no engine is looked for', () => {
  it('where there is nothing to do', async () => {
    const scenario = new Watched();
    await releaseIt(scenario);
    scenario.calls.length = 0;
    await releaseIt(scenario);
    expect(scenario.calls).not.toContain('engine');
  });

  it('where nothing may be built', async () => {
    const scenario = new Watched();
    await expect(releaseIt(scenario, { only: 'deploy' })).rejects.toMatchObject({ facts: { type: 'not-built' } });
    expect(scenario.calls).not.toContain('engine');
  });

  it('where what is approved cannot be', async () => {
    const scenario = new Watched();
    const targets = scenario.environments.filter(({ name }) => name === 'prod');
    await expect(releaseIt(scenario, { targets })).rejects.toThrow();
    expect(scenario.calls).not.toContain('engine');
  });
});
