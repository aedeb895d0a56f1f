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
