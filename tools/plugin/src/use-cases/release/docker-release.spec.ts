import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import { dockerRelease } from './docker-release.ts';

function run({ service, environments, ports, reporter }: ReleaseScenario, ci: string): Promise<Release | undefined> {
  const usual = { allowDirty: false, buildNumber: undefined, dryRun: false };
  return dockerRelease({ ...usual, service, environments, ciNumber: BuildNumber.parse(ci) }, ports, reporter);
}

describe('docker-release', () => {
  it("keeps the CI's older number for a commit that a later one has overtaken", async () => {
    const scenario = new ReleaseScenario();
    scenario.change('2');
    const overtaken = new ReleaseScenario(scenario);
    scenario.change('3');
    expect(`${(await run(scenario, '20261124-7'))?.buildNumber}`).toBe('20261124-7');
    expect(`${(await run(overtaken, '20261124-6'))?.buildNumber}`).toBe('20261124-6');
  });

  it('lets the push decide when the registry does not say whether a repository is there', async () => {
    const scenario = new ReleaseScenario();
    for (const { registry } of scenario.environments) scenario.registry.hidesAbsent.add(registry);
    expect(`${(await run(scenario, '20261124-7'))?.buildNumber}`).toBe('20261124-7');
    scenario.change('2');
    await expect(run(scenario, '20261124-7')).resolves.toMatchObject({ buildNumber: BuildNumber.parse('20261124-8') });
  });

  it('refuses to repeat a run of the CI that was overtaken and has used up its number', async () => {
    const scenario = new ReleaseScenario();
    scenario.change('2');
    const repeated = new ReleaseScenario(scenario);
    repeated.engine.failsWith = 'no space left';
    await expect(run(repeated, '20261124-6')).rejects.toMatchObject({ facts: { type: 'image-build-failed' } });
    scenario.change('3');
    await run(scenario, '20261124-7');
    repeated.engine.failsWith = undefined;
    await expect(run(repeated, '20261124-6')).rejects.toMatchObject({ exitCode: 2, facts: { type: 'overtaken' } });
    expect((await scenario.repository.buildNumbers('orders')).map(String).sort()).toEqual(['20261124-6', '20261124-7']);
    expect(repeated.engine.pushes).toEqual([]);
  });

  it('warns that a number is known in this clone only, where there is no origin', async () => {
    const scenario = new ReleaseScenario();
    await run(scenario, '20261124-6');
    expect(scenario.lines.join('\n')).not.toMatch(/origin/);
    scenario.repository.origin = undefined;
    scenario.change('2');
    await run(scenario, '20261124-7');
    expect(scenario.lines).toContain('there is no remote "origin": the number is taken in this clone only');
  });
});
