import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { runningBuild } from '../../../scratch-workspace/src/state/running-build.ts';
import { azureCli } from '../../../simulators/src/api-management/azure-cli.ts';
import { ArmError } from '../../../simulators/src/api-management/management/arm-error.ts';
import { simulatedInstance } from '../../../simulators/src/api-management/management/management-api.ts';
import { at, SimulatedClient } from '../../../simulators/src/api-management/simulated-client.ts';

const file = 'apps/payments/openapi.yaml';

let shop: SimulatedClient;
let workspace: ScratchWorkspace;
let folder: string;
let start: string;
const own = { NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'], PATH: process.env['PATH'] };

beforeAll(async () => {
  shop = await SimulatedClient.start();
  folder = mkdtempSync(join(tmpdir(), 'poc-facade-'));
  writeFileSync(join(folder, 'ca.pem'), shop.ca);
  // As a user would who has a certificate of their own before Azure: read when a process starts.
  process.env['NODE_EXTRA_CA_CERTS'] = join(folder, 'ca.pem');
  process.env['PATH'] = azureCli(join(folder, 'bin'));
  workspace = await ScratchWorkspace.create('facade');
  const { subscriptionId, resourceGroup, name } = simulatedInstance;
  const facade = { kind: 'api-management', subscription: subscriptionId, resourceGroup, name };
  const block = JSON.stringify({ ...facade, endpoint: shop.simulator.endpoint });
  workspace.edit(
    'Infrastructure/environments/preprod.yaml',
    'deploy: automatic',
    `facade: ${block}\ndeploy: automatic`,
  );
  await workspace.commit('feat: publish through API Management');
});
afterAll(async () => {
  Object.assign(process.env, own);
  if (own.NODE_EXTRA_CA_CERTS === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
  await workspace?.remove();
  await shop.stop();
  rmSync(folder, { recursive: true });
});
// Whatever was sent fits Microsoft's description.
afterEach(() => expect(shop.takeComplaints()).toEqual([]));

/** Returns the writes at the door since. */
function writes(): string[] {
  return shop.simulator.management.seen.splice(0).filter((line) => /^(PUT|PATCH|DELETE) /.test(line));
}

const current = async () => (await shop.sdk().api.get(...at, 'payments')).apiRevision;
const runs = () => runningBuild(workspace, 'payments', 'preprod');

/** Describes the same operations otherwise: the service refuses to start with one that it does not have. */
async function describeAnew(summary: string): Promise<void> {
  workspace.edit(file, /summary: .*/, `summary: ${summary}`);
  await workspace.commit(`docs(payments): ${summary}`);
}

async function recorded(): Promise<{ outcome: string; published?: { revision: string; openedAt?: string }[] }> {
  const [namespace, selector] = [workspace.namespace('preprod'), 'poc.dev/record-of=payments,poc.dev/newest'];
  const text = await kubectl(['get', 'controllerrevisions', `-n=${namespace}`, `-l=${selector}`, '-o=json']);
  const { items } = JSON.parse(text) as { items: { metadata: { annotations: Record<string, string> } }[] };
  const { annotations } = items[0]!.metadata;
  const published = annotations['poc.dev/published'];
  return {
    outcome: annotations['poc.dev/outcome']!,
    ...(published === undefined ? {} : { published: JSON.parse(published) as [] }),
  };
}

describe('publishing with releases', () => {
  it('makes the API with its first release, and does nothing the second time', async () => {
    const output = await workspace.nxSuccessfully(['run', 'payments:release']);
    const order = ['which no client finds yet', 'finished revision', 'Deployment payments created', 'path'];
    const places = order.map((text) => output.indexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    const build = await runs();
    const { path, apiRevision, displayName, serviceUrl } = await shop.sdk().api.get(...at, 'payments');
    expect({ path, apiRevision, displayName }).toEqual({
      path: 'payments',
      apiRevision: build,
      displayName: 'Payments',
    });
    expect(serviceUrl).toMatch(/^http:.*\/payments$/);
    expect(await recorded()).toMatchObject({ outcome: 'succeeded', published: [{ revision: build }] });
    writes();
    expect(await workspace.taskSuccessfully(['run', 'payments:release'])).toContain('nothing to do');
    expect(writes()).toEqual([]);
  });

  it('shows a new revision to clients after its code, and takes it back before the code', async () => {
    const before = await runs();
    await describeAnew('Charge a card');
    await workspace.taskSuccessfully(['run', 'payments:release']);
    const after = await runs();
    expect(await current()).toBe(after);
    writes();
    const output = await workspace.taskSuccessfully(['run', 'payments:rollback']);
    expect(output).toContain(`clients of payments get revision ${before}`);
    expect(output.indexOf('clients of payments')).toBeLessThan(output.indexOf('Deployment payments configured'));
    expect(writes()).toEqual([`PUT apis/payments/releases/2-${before}`]);
    expect([await current(), await runs()]).toEqual([before, before]);
    const history = await workspace.taskSuccessfully(['run', 'payments:history', '--env=preprod']);
    expect(history).toContain(`API: payments, revision ${before}`);
    // Going forward again needs no import.
    const again = ['run', 'payments:k8s-deploy', `--tag=${after}`, '--force'];
    await workspace.taskSuccessfully(again);
    expect(writes()).toEqual([`PUT apis/payments/releases/3-${after}`]);
  });

  it('asks a canary through the door before clients get any of it, and opens the door after the code', async () => {
    const before = await current();
    await describeAnew('Charge in shares');
    await workspace.taskSuccessfully(['run', 'payments:docker-release']);
    await workspace.taskSuccessfully(['run', 'payments:git-tag']);
    const command = ['run', 'payments:k8s-deploy', '--env=preprod', '--canary=50%', '--pause=2s'];
    const output = await workspace.taskSuccessfully(command);
    expect(output).toMatch(
      new RegExp(
        [
          'finished revision',
          'answers requests with the header x-release',
          '(checked|nothing to check).* payments;rev=',
          'gets 50% of the requests',
          'promoting it',
          'clients of payments get revision',
        ].join('[^]*'),
      ),
    );
    expect(await current()).toBe(await runs());
    expect(await current()).not.toBe(before);
  });

  it('tells before what clients would get, and afterwards where they get something else', async () => {
    await workspace.taskSuccessfully(['run', 'payments:release']);
    const before = await runs();
    await describeAnew('Charge once');
    writes();
    const planned = await workspace.task(['run', 'payments:diff', '--env=preprod']);
    expect(planned.code).toBe(3);
    expect(planned.output).toContain(
      `API payments at ${simulatedInstance.name}: clients would get a new revision instead of ${before}`,
    );
    expect(writes()).toEqual([]);
    await workspace.taskSuccessfully(['run', 'payments:release']);
    const after = await runs();
    const { subscriptionId, resourceGroup, name } = simulatedInstance;
    const instance = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ApiManagement/service/${name}`;
    const apiId = `${instance}/apis/payments;rev=${before}`;
    await shop.sdk().apiRelease.createOrUpdate(...at, 'payments', 'by-hand', { apiId });
    const differs = `API payments: clients get revision ${before}; deployed was ${after} (${name})`;
    expect(await workspace.taskSuccessfully(['run', 'infrastructure:outdated', '--env=preprod'])).toContain(differs);
    const changes = await workspace.taskSuccessfully(['run', 'payments:changes', '--from=preprod']);
    expect(changes).toContain(`clients get API payments ${before} at ${name}`);
    const diff = await workspace.task(['run', 'payments:diff', '--env=preprod', `--tag=${after}`]);
    expect([diff.code, diff.output]).toEqual([
      3,
      expect.stringContaining(`clients would get revision ${after} instead of ${before}`),
    ]);
    const output = await workspace.taskSuccessfully(['run', 'payments:release']);
    expect(output).toContain(`clients of payments get revision ${after}`);
    const outdated = await workspace.taskSuccessfully(['run', 'infrastructure:outdated', '--env=preprod']);
    expect(outdated).not.toContain('clients get');
  });

  it('waits where Azure limits requests, also in the middle of an operation', async () => {
    await describeAnew('Charge');
    const { faults } = shop.simulator.management;
    faults.throttleNext(/^POLL PUT/, 1);
    faults.throttleNext(/^PUT apis\/payments\/releases/, 1);
    const output = await workspace.taskSuccessfully(['run', 'payments:release']);
    expect(output.match(/it limits requests \(429\)/g)).toHaveLength(2);
    expect(await current()).toBe(await runs());
  });

  it.each([
    ['the revision is made', /^PUT apis\/payments;rev=/, 'before'],
    ['it is finished', /^PATCH apis\/payments;rev=/, 'before'],
    ['clients are to get it', /^PUT apis\/payments\/releases/, 'after'],
  ])('goes on by the same command when the door refuses as %s', async (_, when, code) => {
    const before = await runs();
    await describeAnew(`Charge, ${Date.now()}`);
    const error = new ArmError(400, 'ValidationError', 'It is not as it should be.');
    shop.simulator.management.faults.failNext(when, error);
    const failed = await workspace.task(['run', 'payments:release']);
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(/^Could not .*It is not as it should be\.[^\n]*\n {2}hint: .* \[facade-refuses\]$/m);
    expect(await current()).toBe(before);
    if (code === 'before') expect(await runs()).toBe(before);
    else
      expect(failed.output).toContain(`${await runs()} serves in preprod, and clients may not get all of its API yet`);
    await workspace.taskSuccessfully(['run', 'payments:release']);
    expect(await runs()).not.toBe(before);
    expect(await current()).toBe(await runs());
  });

  it('publishes alone what runs, and refuses where there is no such door', async () => {
    writes();
    expect(await workspace.taskSuccessfully(['run', 'payments:api-publish'])).toContain('nothing to do');
    expect(writes()).toEqual([]);
    await shop.sdk().api.update(...at, 'payments', '*', { displayName: 'By hand' });
    const planned = await workspace.nxSuccessfully(['run', 'payments:api-publish', '--env=preprod', '--dry-run']);
    expect(planned).toContain('would change of payments: name');
    writes();
    await workspace.taskSuccessfully(['run', 'payments:api-publish', '--env=preprod']);
    expect(writes()).toEqual(['PATCH apis/payments']);
    const refused = await workspace.task(['run', 'payments:api-publish', '--env=dev']);
    expect(refused.code).toBe(2);
    expect(refused.output).toContain('Clients of dev call its gateway');
  });
});

/** A description with these operations, as JSON, which is YAML. */
function description(operations: object, changes: object = {}): string {
  return JSON.stringify({ openapi: '3.0.3', info: { title: 'x', version: '1' }, paths: operations, ...changes });
}

const answers = { responses: { 200: { description: 'x' } } };
const get = (operationId: string | undefined, more: object = {}) => ({ get: { operationId, ...answers, ...more } });
const schema = (value: object) => ({ 200: { description: 'x', content: { 'application/json': { schema: value } } } });
const recursive = {
  components: { schemas: { Node: { properties: { next: { $ref: '#/components/schemas/Node' } } } } },
};

describe('what is refused before anything is changed', () => {
  beforeAll(async () => {
    start = await workspace.git(['rev-parse', 'HEAD']);
    await shop.putApi('cart', { displayName: 'Cart', path: 'cart' });
  });
  afterEach(async () => {
    shop.simulator.isCutOff = false;
    await workspace.restore(start);
  });

  const api = (text: string) => () => workspace.write(file, text);
  const variables = (from: string, to: string) => () =>
    workspace.edit('apps/payments/pipeline.variables.yml', from, to);
  const policy = (name: string, text: string) => () => workspace.write(`apps/payments/apim/${name}`, text);

  it.each<[string, () => void, string | RegExp]>([
    ['no YAML', api('openapi: [\n'), /openapi\.yaml:\d+: .*\[bad-api-description\]/s],
    ['OpenAPI 2.0', api('swagger: "2.0"\n'), /2\.0.*\[bad-api-description\]/s],
    [
      'more than 4 MB',
      api(description({ '/': get('a', { responses: { 200: { description: 'x'.repeat(4_000_001) } } }) })),
      /It has \d+ bytes in one piece; 4000000 are taken/,
    ],
    [
      'a schema that holds itself',
      api(description({ '/': get('a', { responses: schema({ $ref: '#/components/schemas/Node' }) }) }, recursive)),
      /Node.*\[bad-api-description\]/s,
    ],
    ['no operationId', api(description({ '/': get(undefined) })), 'has no operationId'],
    [
      'operationIds that collide',
      api(description({ '/': get('getIt'), '/b': get('GETIT') })),
      'is for API Management the same name as',
    ],
    [
      'a reference out of the service',
      api(description({ '/': { $ref: '../orders/openapi.yaml#/paths/~1' } })),
      'leads out of apps/payments',
    ],
    [
      'a reference to a server',
      api(description({ '/': { $ref: 'https://example.com/a.yaml#/a' } })),
      'leads to another server',
    ],
    ['the path of another API', variables('apiSuffix: payments', 'apiSuffix: cart'), 'belongs to the API cart'],
    [
      'a product that is not there',
      variables('apiId: payments', 'apiProducts: partners\n  apiId: payments'),
      'There is no product "partners"',
    ],
    [
      'a policy that does not parse',
      policy('policy.xml', '<policies><inbound></policies>'),
      /policy\.xml:1: .*\[bad-api-policy\]/s,
    ],
    [
      'a policy of an operation that is not there',
      policy('operations/drop.xml', '<policies />'),
      'the description has no operation "drop"',
    ],
    ['a door that is away', () => void (shop.simulator.isCutOff = true), 'does not answer'],
  ])(
    '%s',
    async (_, spoil, reason) => {
      const before = [await workspace.originRefs(), await runs(), await current()];
      // The service's own build reads its description, and would refuse some of these, too.
      const project = JSON.parse(workspace.read('apps/payments/project.json')) as { targets: Record<string, unknown> };
      project.targets['build'] = { executor: 'nx:noop' };
      workspace.write('apps/payments/project.json', JSON.stringify(project));
      spoil();
      await workspace.commit('feat(payments): another one');
      const { code, output } = await workspace.task(['run', 'payments:release']);
      expect(output).toMatch(reason);
      expect(output).toMatch(/^Could not .*\n {2}hint: /m);
      expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
      shop.simulator.isCutOff = false;
      expect([code, await workspace.originRefs(), await runs(), await current()]).toEqual([2, ...before]);
    },
    90_000,
  );

  it('a login that Azure does not accept', async () => {
    const env = { PATH: azureCli(join(folder, 'bin of nobody'), 'nobody.s.token') };
    const { code, output } = await workspace.task(['run', 'payments:api-publish'], { env });
    expect(code).toBe(2);
    expect(output).toMatch(/^Could not .*\(401\).*\n {2}hint: .*az login.*\[facade-denies-access\]$/m);
  });
});
