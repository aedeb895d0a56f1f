import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { ApiManagementSimulator } from '../../../simulators/src/api-management/api-management-simulator.ts';
import { shippedRole } from '../../../simulators/src/api-management/shipped-role.ts';
import { simulatedInstance } from '../../../simulators/src/api-management/management/management-api.ts';
import { TestAuthority } from '../../../simulators/src/registries/test-authority.ts';
import { writeSmallProvisioning } from '../pipelines/small-provisioning.ts';

const apim = 'Infrastructure/apim';
const token = 'provisioner';

let workspace: ScratchWorkspace;
let simulator: ApiManagementSimulator;
let legacy: Server;
let folder: string;
let env: NodeJS.ProcessEnv;

/** Runs the command by Nx itself, in a process that trusts the simulator's certificate and is logged in by `az`. */
const provision = (...options: string[]) =>
  workspace.nx(['run', 'infrastructure:provision', '--env=preprod', ...options], { env });
const seen = () => simulator.management.seen.filter((line) => /^(PUT|PATCH|DELETE) /.test(line));
const propagated = () => new Promise((resolve) => setTimeout(resolve, 2 * simulator.propagationMs));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poc-e2e-apim-'));
  mkdirSync(join(folder, 'certificates'));
  const authority = new TestAuthority(join(folder, 'certificates'));
  const { certificate, key } = authority.issue('api-management');
  simulator = await ApiManagementSimulator.start({ cert: readFileSync(certificate), key: readFileSync(key) });
  simulator.management.access.principals.set(token, { actions: shippedRole('provisioner').Actions });
  legacy = createServer((_, response) => response.end('legacy'));
  await new Promise<void>((resolve) => legacy.listen(0, '127.0.0.1', resolve));
  const login = { accessToken: token, expiresOn: '2099-01-01 00:00:00.000000', tokenType: 'Bearer' };
  writeFileSync(join(folder, 'az'), `#!/bin/sh\necho '${JSON.stringify(login)}'\n`);
  chmodSync(join(folder, 'az'), 0o755);
  env = { PATH: `${folder}:${process.env['PATH']}`, NODE_EXTRA_CA_CERTS: authority.certificate };

  workspace = await ScratchWorkspace.create('provision facade', { account: 'administrator' });
  writeSmallProvisioning(workspace, 40);
  const { subscriptionId: subscription, resourceGroup, name } = simulatedInstance;
  const facade = JSON.stringify({
    ...{ kind: 'api-management', subscription, resourceGroup, name },
    endpoint: simulator.endpoint,
  });
  workspace.edit('Infrastructure/environments/preprod.yaml', /^variables:$/m, `facade: ${facade}\nvariables:`);
  workspace.write(`${apim}/named-values.yaml`, 'caller: { value: "${ENVIRONMENT}" }\n');
  workspace.write(`${apim}/products.yaml`, 'partners: { name: Partners }\n');
  workspace.write(
    `${apim}/policy.xml`,
    '<policies>\n  <inbound>\n    <set-header name="x-caller"><value>{{callr}}</value></set-header>\n  </inbound>\n</policies>\n',
  );
  workspace.write(`${apim}/fallback.yaml`, `backend: http://127.0.0.1:${(legacy.address() as AddressInfo).port}\n`);
  await workspace.commit('feat: an instance of API Management');
});
afterAll(async () => {
  await workspace?.remove();
  legacy?.close();
  await simulator?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('refuses with file and line, then provisions cluster and instance together, and mends both', async () => {
  const refused = await provision();
  expect(refused.output).toContain(`${apim}/policy.xml:3: There is no named value "callr". Did you mean "caller"?`);
  expect(refused.code).toBe(2);
  expect(seen()).toEqual([]);

  workspace.edit(`${apim}/policy.xml`, 'callr', 'caller');
  await workspace.commit('fix: a name');
  const planned = await provision('--dry-run');
  expect(planned.output).toContain('named value caller created');
  expect(planned.output).toContain('fallback API fallback created');
  expect(planned.code).toBe(0);
  expect(seen()).toEqual([]);

  const done = await provision();
  expect(done.output).toMatch(/preprod: has provisioning-\d{8}-1/);
  expect(done.code).toBe(0);
  await propagated();
  const answer = await fetchText(`${simulator.gatewayUrl}/anything/at/all`);
  expect(answer).toBe('legacy');
  const pods = ['get', 'resourcequota', 'usual', `--namespace=${workspace.namespace('preprod')}`];
  expect(await kubectl([...pods, '--output=jsonpath={.spec.hard.pods}'])).toBe('40');
  const before = seen().length;
  const again = await provision();
  expect(again.output).toContain('preprod: nothing to do');
  expect(seen()).toHaveLength(before);

  simulator.isCutOff = true;
  const away = await provision('--dry-run');
  expect(away.code).toBe(2);
  expect(away.output).toContain('What manages shop-apim in Azure does not answer');
  simulator.isCutOff = false;
  expect(simulator.management.complaints).toEqual([]);
});

/** Calls the gateway as a client that trusts whoever answers. */
async function fetchText(address: string): Promise<string> {
  const { request } = await import('node:https');
  const { text } = await import('node:stream/consumers');
  return new Promise((resolve, reject) => {
    request(address, { rejectUnauthorized: false }, (answer) => resolve(text(answer)))
      .on('error', reject)
      .end();
  });
}
