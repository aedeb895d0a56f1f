import { registrySetting } from '../environment/environment.ts';
import { instanceFolder } from '../facade/instance/read-instance-files.ts';
import { provisioningFolder } from '../provision/render-provisioning.ts';
import { sshSignersFile } from '../verify/allowed-signers.ts';
import { defaultOptions } from './plugin-options.ts';
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
