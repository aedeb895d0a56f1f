import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { examine, type Check } from './checkup.ts';
import { doctor, type DoctorPorts } from './doctor.ts';

const refusal = (reason: string) =>
  new Refusal({ type: 'origin-denies-access', doing: 'push', reason, remedy: 'Ask for the right.' });

it('looks at each thing by itself: one that hangs, and one that fails, keep none of the others', async () => {
  const check = (name: string, ask: Check['ask']): Check => ({ area: 'a', check: name, ask });
  const found = await examine(
    [
      check('hangs', () => new Promise(() => {})),
      check('fails', () => Promise.reject(refusal('It may not.'))),
      check('throws', () => {
        throw refusal('At once.');
      }),
      check('is there', async () => 'yes'),
      check('is not asked', async () => ({ notAsked: 'no need' })),
    ],
    20,
  );
  expect(found.map(({ state }) => state)).toEqual(['wrong', 'wrong', 'wrong', 'ok', 'not asked']);
  expect(found[0]).toMatchObject({
    says: 'There is no answer after 0 s.',
    remedy: expect.stringContaining('--timeout'),
  });
  expect(found[1]).toMatchObject({ says: 'It may not.', remedy: 'Ask for the right.' });
});

it('is no answer to a mistake of ours', async () => {
  const broken: Check = { area: 'a', check: 'b', ask: () => Promise.reject(new TypeError('x is undefined')) };
  await expect(examine([broken], 1000)).rejects.toThrow(TypeError);
});

function portsOf(scenario: ReleaseScenario, more: Partial<DoctorPorts> = {}): DoctorPorts {
  const rights = { tryPush: async () => {}, tryUpload: async () => {} };
  return { ...scenario.ports, rights, proxyOf: () => undefined, ...more };
}

const requestOf = (scenario: ReleaseScenario) => ({
  environments: [scenario.environments[1]!],
  services: ['orders'],
  mainBranch: 'main',
  isProvisioned: false,
  limitMs: 10_000,
});

it('says what there is, where all is well', async () => {
  const scenario = new ReleaseScenario();
  const found = await doctor(requestOf(scenario), portsOf(scenario));
  expect(found.filter(({ state }) => state === 'wrong')).toEqual([]);
  expect(found.map(({ check }) => check)).toEqual(
    expect.arrayContaining([
      'origin',
      'push build numbers',
      'push tags',
      'read',
      'push',
      'cluster and rights',
      'proxies',
    ]),
  );
});

it('names the right that is missing, and asks for the rest all the same', async () => {
  const scenario = new ReleaseScenario();
  const rights = {
    tryPush: async (ref: string) => {
      if (ref.startsWith('refs/builds/')) throw refusal(`It may not push ${ref}.`);
    },
    tryUpload: () => Promise.reject(refusal('It may not upload.')),
  };
  const repository = Object.assign(Object.create(scenario.ports.repository) as typeof scenario.ports.repository, {
    originUrl: async () => 'https://git.example/shop',
  });
  const found = await doctor(requestOf(scenario), portsOf(scenario, { rights, repository }));
  const states = Object.fromEntries(found.map(({ check, state }) => [check, state]));
  expect(states).toMatchObject({ 'push build numbers': 'wrong', 'push tags': 'ok', push: 'wrong', read: 'ok' });
});

it('asks whether the builder is there, for the platforms of the environments', async () => {
  const scenario = new ReleaseScenario();
  const environments = [{ ...scenario.environments[1]!, platforms: ['linux/amd64', 'linux/arm64'] }];
  const engineOf = (requireBuildable: ContainerEngine['requireBuildable']) => async () =>
    Object.assign(Object.create(await scenario.ports.engine()) as ContainerEngine, { requireBuildable });
  const builder = async (engine: DoctorPorts['engine']) => {
    const found = await doctor({ ...requestOf(scenario), environments }, portsOf(scenario, { engine }));
    return found.find(({ check }) => check === 'builder');
  };
  expect(await builder(engineOf(async () => {}))).toMatchObject({
    state: 'ok',
    says: 'builds for linux/amd64 and linux/arm64',
  });
  const gone = engineOf(() => Promise.reject(refusal('The builder does not answer.')));
  expect(await builder(gone)).toMatchObject({ state: 'wrong', says: 'The builder does not answer.' });
  const none = () => Promise.reject(refusal('There is no engine.'));
  expect(await builder(none)).toMatchObject({ state: 'not asked' });
});
