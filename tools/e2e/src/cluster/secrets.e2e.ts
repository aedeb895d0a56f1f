import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startLoad } from '../../../load/src/gateway-load.ts';
import { buildSops } from '../../../local-platform/src/platform.ts';
import { kubectlAs, tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { podsOf } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { provision, unprovision } from '../../../scratch-workspace/src/state/provisioned.ts';

/*
 * A Secret of payments lies in git, encrypted by SOPS for an age key that only who provisions has: real sops, real keys, and
 * the tokens of provisioner, planner and deployer.
 */

const folder = 'Infrastructure/kubernetes';
const file = `${folder}/secrets/preprod.sops.yaml`;
/** As documented: who provisions writes this Secret, and no other; who plans asks whether it is there. */
const rights = (['provisioner', 'planner'] as const)
  .map((account) => {
    const rule =
      account === 'provisioner'
        ? 'resourceNames: [payments-partner], verbs: [get, create, patch, delete]'
        : 'verbs: [create]';
    const role = `{ apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${account}-secrets }`;
    return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${account}-secrets, namespace: "\${NAMESPACE}" }
rules:
  - { apiGroups: [''], resources: [secrets], ${rule} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${account}-secrets, namespace: "\${NAMESPACE}" }
roleRef: ${role}
subjects:
  - { kind: ServiceAccount, name: ${account}, namespace: "\${NAMESPACE}" }
`;
  })
  .join('---\n');
const secret = (value: string) => `apiVersion: v1
kind: Secret
metadata:
  name: payments-partner
  namespace: \${NAMESPACE}
stringData:
  PARTNER_TOKEN: ${value}
`;
const values = ['kept-Under-1-lock', 'kept-Under-2-locks', 'kept-Under-3-locks'] as const;

let workspace: ScratchWorkspace;
let preprod: string;
let keys: string;
let sops: string;

beforeAll(async () => {
  sops = await buildSops();
  workspace = await ScratchWorkspace.create('secrets');
  preprod = workspace.namespace('preprod');
  const kept = ['namespace.yaml', 'deployer.yaml', 'provisioner.yaml', 'planner.yaml'];
  for (const each of readdirSync(join(workspace.folder, folder)))
    if (!kept.includes(each)) rmSync(join(workspace.folder, folder, each), { recursive: true });
  workspace.write(`${folder}/secrets/rights.yaml`, rights);
  await provision(workspace, 'preprod');
  keys = mkdtempSync(join(tmpdir(), 'poc age '));
  await runSuccessfully(join(sops, 'age-keygen'), ['-o', join(keys, 'key')]);
  for (const account of ['provisioner', 'planner'])
    await writeKubeconfig(join(keys, account), [{ context: preprod, token: await tokenOf(account, preprod) }]);
});
afterAll(async () => {
  await unprovision(workspace, 'preprod');
  rmSync(keys, { recursive: true, force: true });
  await workspace.remove();
});

/** Puts a Secret into git, as SOPS encrypts it. */
async function encrypt(text: string, options = ['--encrypted-regex', '^(data|stringData)$']): Promise<void> {
  workspace.write(file, text);
  const recipient = (await runSuccessfully(join(sops, 'age-keygen'), ['-y', join(keys, 'key')])).trim();
  await runSuccessfully(join(sops, 'sops'), ['encrypt', '--in-place', '--age', recipient, ...options, file], {
    cwd: workspace.folder,
  });
  await workspace.commit('feat: a secret');
}

/** Provisions by the token of an account. @returns how it ended; no value may be in what it says. */
async function provisionAs(account: string, { key = true, args = [] as string[] } = {}) {
  const env = {
    KUBECONFIG: join(keys, account),
    PATH: `${sops}${delimiter}${process.env['PATH']}`,
    HOME: keys,
    ...(key ? { SOPS_AGE_KEY_FILE: join(keys, 'key') } : {}),
  };
  const result = await workspace.task(['run', 'infrastructure:provision', '--env=preprod', ...args], { env });
  expectNoValueIn(result.output);
  return result;
}

function expectNoValueIn(text: string): void {
  for (const value of values)
    for (const form of [value, Buffer.from(value).toString('base64')]) expect(text.includes(form)).toBe(false);
}

const fieldOf = (path: string) =>
  kubectl([
    'get',
    'secret',
    'payments-partner',
    '--namespace',
    preprod,
    '--ignore-not-found',
    `--output=jsonpath={${path}}`,
  ]);
const valueThere = async () => Buffer.from(await fieldOf('.data.PARTNER_TOKEN'), 'base64').toString();

it('decrypts behind the gate alone, and shows, records and plans no value', async () => {
  await encrypt(secret(values[0]));
  const planned = await provisionAs('planner', { key: false, args: ['--dry-run'] });
  expect(planned).toMatchObject({ code: 0, output: expect.stringMatching(/Secret payments-partner in \S+ .*created/) });
  const locked = await provisionAs('provisioner', { key: false });
  expect(locked).toMatchObject({ code: 2, output: expect.stringContaining('It is encrypted for age1') });
  expect(locked.output).toContain('[sops-key-missing]');
  expect(await fieldOf('.metadata.name')).toBe('');
  expect(await provisionAs('provisioner')).toMatchObject({ code: 0 });
  expect(await valueThere()).toBe(values[0]);
  expect((await provisionAs('provisioner')).output).toContain('nothing to do');
  expectNoValueIn(await kubectl(['get', 'controllerrevisions', '--namespace', 'poc-provisioning', '--output=json']));

  await encrypt(secret(values[1]));
  const changed = await provisionAs('provisioner', { key: false, args: ['--dry-run'] });
  expect(changed).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Secret payments-partner in \S+ .*configured/),
  });
  expect(await valueThere()).toBe(values[0]);
});

it.each<[string, string, () => Promise<unknown>]>([
  [
    'a Secret that is not encrypted',
    'holds data. A secret is not kept in git',
    () => {
      workspace.write(file, secret(values[1]));
      return workspace.commit('feat: oh no');
    },
  ],
  [
    'a value that was left out',
    'holds stringData.PARTNER_TOKEN as plain text',
    () => encrypt(secret(values[1]), ['--unencrypted-regex', '^(apiVersion|kind|metadata|PARTNER_TOKEN)$']),
  ],
  [
    'a file whose names were changed',
    '[sops-tampered]',
    async () => {
      await encrypt(secret(values[1]).replace('stringData:\n', 'stringData:\n  OTHER: x\n'));
      workspace.edit(file, /^( +)OTHER: /m, '$1ANOTHER: ');
      await workspace.commit('feat: another name');
    },
  ],
  [
    'a file of which a part was taken away',
    '[sops-tampered]',
    async () => {
      await encrypt(secret(values[1]).replace('stringData:\n', 'type: Opaque\nstringData:\n'));
      workspace.edit(file, /^type: .*\n/m, '');
      await workspace.commit('feat: less');
    },
  ],
])('refuses %s, with nothing changed and no value shown', async (_, says, attack) => {
  const before = await fieldOf('.metadata.resourceVersion');
  const tags = await workspace.originRefs();
  await attack();
  expect(await provisionAs('provisioner')).toMatchObject({ code: 2, output: expect.stringContaining(says) });
  expect(await fieldOf('.metadata.resourceVersion')).toBe(before);
  expect(await workspace.originRefs()).toBe(tags);
});

const deployment = async () =>
  JSON.parse(await kubectl(['get', 'deployment', 'payments', '--namespace', preprod, '--output=json']));
/** The value that each pod of payments has. */
const valuesInPods = async () =>
  Promise.all(
    (await podsOf('payments', preprod)).map(async ({ metadata }) =>
      (await kubectl(['exec', '--namespace', preprod, metadata.name, '--', 'printenv', 'PARTNER_TOKEN'])).trim(),
    ),
  );
const rolledOut = () => kubectl(['rollout', 'status', 'deployment/payments', '--namespace', preprod, '--timeout=120s']);

/** Waits until the value is in all pods and none of before is left, while requests are sent. */
async function rotate(value: string, restart: () => Promise<unknown>): Promise<void> {
  await encrypt(secret(value));
  expect(await provisionAs('provisioner')).toMatchObject({ code: 0 });
  const load = await startLoad(workspace.hostname, '/payments/healthz/ready', { mostSeconds: 180, rate: 100 });
  try {
    await restart();
    await rolledOut();
  } finally {
    const { requests, failed } = await load.stop();
    console.log(`${requests} requests, failed: ${JSON.stringify(failed)}`);
    expect(failed).toEqual({});
    expect(requests).toBeGreaterThan(50);
  }
  expect(new Set(await valuesInPods())).toEqual(new Set([value]));
}

/** Requires that a restart is neither told as drift nor undone, and that the product's own restart goes on as before. */
async function expectKept(): Promise<void> {
  const { generation } = (await deployment()).metadata;
  expect(await workspace.taskSuccessfully(['run', 'payments:status', '--env=preprod'])).not.toMatch(/DRIFT|drift:/);
  await workspace.taskSuccessfully(['run', 'payments:release']);
  expect((await deployment()).metadata.generation).toBe(generation);
}

it('has pods restarted with a new value, loses no request by it, and undoes nothing', async () => {
  await encrypt(secret(values[0]));
  await provisionAs('provisioner');
  workspace.edit(
    'apps/payments/k8s/deployment.yaml',
    /^( +)env:\n/m,
    '$1envFrom:\n$1  - secretRef: { name: payments-partner }\n$1env:\n',
  );
  await workspace.commit('feat(payments): call a partner');
  await workspace.taskSuccessfully(['run', 'payments:release']);
  expect(new Set(await valuesInPods())).toEqual(new Set([values[0]]));

  // By hand, with the deployer's token.
  await rotate(values[1], async () => {
    const args = ['rollout', 'restart', 'deployment/payments', '--namespace', preprod];
    expect(await kubectlAs(workspace.kubeconfig('preprod'), args)).toMatchObject({ code: 0 });
  });
  await expectKept();

  // What Stakater's Reloader does, which is not to be had here: an update of the whole object, by its name.
  const variable = { name: 'STAKATER_PAYMENTS_PARTNER_SECRET', value: 'd9fd1a3b41c3c1a3' };
  await rotate(values[2], async () => {
    const live = await deployment();
    live.spec.template.spec.containers[0].env.push(variable);
    await kubectl(['replace', '--field-manager=Reloader', '--filename=-'], JSON.stringify(live));
  });
  await expectKept();
  // Its variable stays with the next release, too: taking it away would be a restart for nothing.
  workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
  await workspace.commit('feat(payments): another period');
  await workspace.taskSuccessfully(['run', 'payments:release']);
  expect((await deployment()).spec.template.spec.containers[0].env).toContainEqual(variable);
}, 300_000);
