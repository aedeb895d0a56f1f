import { errorCatalog } from '../errors/error-catalog.ts';
import { textFor } from '../errors/error-entry.ts';
import { registrySetting } from '../environment/environment.ts';
import { instanceFolder } from '../facade/instance/read-instance-files.ts';
import { provisioningFolder } from '../provision/render-provisioning.ts';
import { sshSignersFile } from '../verify/allowed-signers.ts';
import { defaultOptions } from './plugin-options.ts';
import * as places from './places.ts';
import { environmentFile, inFolder, manifestsOf, setPlaces } from './places.ts';

afterEach(() => setPlaces(defaultOptions));

it('are those of nx.json, for whoever names them', () => {
  expect(environmentFile('prod')).toBe('Infrastructure/environments/prod.yaml');
  setPlaces({ infrastructure: 'ops/shared', manifests: 'deploy' });
  expect(environmentFile('prod')).toBe('ops/shared/environments/prod.yaml');
  expect([provisioningFolder, instanceFolder, sshSignersFile, registrySetting()]).toEqual([
    ...['ops/shared/kubernetes', 'ops/shared/apim', 'ops/shared/allowed-signers'],
    '`registry` in ops/shared/environments/*.yaml',
  ]);
  expect([manifestsOf('apps/a'), manifestsOf('.')]).toEqual(['apps/a/deploy', 'deploy']);
});

it('of a root project begin with no dot, as git lists them', () =>
  expect(inFolder('.', 'openapi.yaml')).toBe('openapi.yaml'));

it('are those of nx.json in what errors mean and what to do', () => {
  const texts = () =>
    Object.values(errorCatalog).flatMap((area) =>
      Object.values(area).map(({ meaning, remedy }) => `${textFor(places, meaning)} ${textFor(places, remedy)}`),
    );
  const usual = texts().filter((text) => text.includes('Infrastructure'));
  setPlaces({ infrastructure: 'ops/shared', manifests: 'deploy' });
  expect(texts().join('\n')).not.toContain('Infrastructure');
  expect(texts().filter((text) => text.includes('ops/shared'))).toHaveLength(usual.length);
  expect(usual.length).toBeGreaterThan(0);
});
