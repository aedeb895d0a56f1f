import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ada, SecuredRegistries, type SecuredRegistry } from '../../../simulators/src/registries/secured-registries.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/*
 * Prod takes its images from a registry of its own. Whoever builds may push to the first registry and knows nothing of
 * prod's; whoever promotes may only read the first, and push to prod's.
 */

const registries = new SecuredRegistries();
const carol = { user: 'carol', password: 'c4rol' };
let workspace: ScratchWorkspace;
let first: SecuredRegistry;
let ofProd: SecuredRegistry;

beforeAll(async () => {
  [first, ofProd] = [await registries.withTokens(), await registries.withPassword()];
  for (const { host } of [first, ofProd]) registries.authority.trustFor(host);
  workspace = await ScratchWorkspace.create('registries', { account: 'administrator' });
  for (const [environment, { host }] of [
    ['dev', first],
    ['preprod', first],
    ['prod', ofProd],
  ] as const) {
    workspace.edit(
      `Infrastructure/environments/${environment}.yaml`,
      /^registry: .*$/m,
      `registry: ${host}/${workspace.id}`,
    );
    await letPull(environment, host);
  }
  await workspace.commit('chore: prod has a registry of its own');
});
afterAll(async () => {
  await workspace.remove();
  registries.close();
});

/** Lets the pods of an environment pull from its registry, and from no other. */
async function letPull(environment: string, host: string): Promise<void> {
  const namespace = `--namespace=${workspace.namespace(environment)}`;
  const login = ['--docker-server', host, '--docker-username', ada.user, '--docker-password', ada.password];
  await kubectl(['create', 'secret', 'docker-registry', 'registry', namespace, ...login]);
  const patch = JSON.stringify({ imagePullSecrets: [{ name: 'registry' }] });
  await kubectl(['patch', 'serviceaccount', 'default', namespace, `--patch=${patch}`]);
}

/** The variables of somebody who is logged in with docker to these registries. */
function loggedIn(name: string, logins: readonly (readonly [SecuredRegistry, { user: string; password: string }])[]) {
  const folder = join(registries.folder, name);
  const auths = logins.map(([{ host }, { user, password }]) => [
    host,
    { auth: Buffer.from(`${user}:${password}`).toString('base64') },
  ]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: Object.fromEntries(auths) as unknown }));
  return { env: { DOCKER_CONFIG: folder, POC_APPROVAL_GATE: 'prod' } };
}

it('gets a release by its digest, from whoever may read the one and write the other', async () => {
  const builder = loggedIn('builder', [[first, ada]]);
  const released = await workspace.task(['run', 'payments:release'], builder);
  expect(released).toMatchObject({ code: 0 });
  const [, number] = /payments (\d{8}-\d+): runs in preprod/.exec(released.output)!;

  // Whoever has no login for prod's registry is told so, before anything is done.
  const anyPlan = `--approve=plan-${'0'.repeat(32)}`;
  const stranger = await workspace.task(['run', 'payments:promote', anyPlan], loggedIn('reader', [[first, carol]]));
  expect(stranger).toMatchObject({ code: 2, output: expect.stringContaining('[registry-login-missing]') as string });
  expect(stranger.output).toContain(ofProd.host);

  const promoter = loggedIn('promoter', [
    [first, carol],
    [ofProd, ada],
  ]);
  const planned = await workspace.task(['run', 'payments:promote', '--dry-run'], promoter);
  expect(planned.output).toMatch(
    new RegExp(`prod: would copy .* to ${ofProd.host}/.*/payments:${number}: \\d+ blobs, \\d+ MiB`),
  );
  const [plan] = await workspace.plansOf(['run', 'payments:promote'], promoter);
  const approved = ['run', 'payments:promote', `--approve=${plan}`];
  const promoted = await workspace.task(approved, promoter);
  expect(promoted).toMatchObject({ code: 0 });
  expect(promoted.output).toMatch(/copied .*: \d+ blobs, \d+ MiB/);

  const images = [
    'get',
    'pods',
    '--output=jsonpath={.items[*].spec.containers[*].image}',
    '--selector=app.kubernetes.io/name=payments',
  ];
  const digestIn = async (environment: string, { host }: SecuredRegistry) => {
    const found = await kubectl([...images, `--namespace=${workspace.namespace(environment)}`]);
    expect(found).toContain(`${host}/${workspace.id}/payments:${number}@sha256:`);
    return /sha256:[0-9a-f]{64}/.exec(found)![0];
  };
  expect(await digestIn('prod', ofProd)).toBe(await digestIn('preprod', first));

  // All of it is there: a second time, nothing is copied, and the audit finds nothing amiss in either registry.
  const again = await workspace.task(approved, promoter);
  expect(again.output).not.toContain('copying');
  const audit = await workspace.task(['run', 'infrastructure:audit'], promoter);
  expect(audit.output).not.toMatch(/no-image|registry-unreachable|image-/);
  const status = await workspace.task(['run', 'payments:status'], promoter);
  expect(status).toMatchObject({ code: 0 });
  for (const { output } of [released, promoted, audit, status]) expect(output).not.toMatch(/s3:cret|c4rol|refresh-/);
});
