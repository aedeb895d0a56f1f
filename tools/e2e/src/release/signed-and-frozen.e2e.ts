import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installSigners } from '../../../local-platform/src/platform.ts';
import { sshSignersFile } from '../../../plugin/src/model/verify/allowed-signers.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/*
 * preprod and dev take signed tags only, by keys that main lists: ada's. Eve may push every ref that no rule protects, and has
 * a key of her own. All of it with a real origin, real keys and the deployer's rights.
 */

let workspace: ScratchWorkspace;
let eve: ScratchWorkspace;
let keys: string;
/** `inventory-20261124-1`, with what it says. */
let tag: string;
let message: string;
const publicKey = (name: string) => readFileSync(join(keys, `${name}.pub`), 'utf8').trim();
const environmentFile = (name: string) => `Infrastructure/environments/${name}.yaml`;

beforeAll(async () => {
  await installSigners();
  workspace = await ScratchWorkspace.create('signed');
  keys = mkdtempSync(join(tmpdir(), 'poc keys '));
  for (const name of ['ada', 'eve'])
    await runSuccessfully('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
  workspace.write(sshSignersFile, `ada@example.com ${publicKey('ada')}\n`);
  for (const name of ['dev', 'preprod'])
    workspace.write(environmentFile(name), `${workspace.read(environmentFile(name))}verify: { tags: signed }\n`);
  await workspace.commit('feat: take signed tags only');
  await signAs(workspace, 'ada');
  const made = await workspace.nxSuccessfully(['run', 'inventory:release']);
  tag = `inventory-${/inventory (\d{8}-\d+): runs in preprod/.exec(made)![1]!}`;
  const text = await workspace.git(['for-each-ref', '--format=%(contents)', `refs/tags/${tag}`], workspace.origin);
  message = text.replace(/-----BEGIN SSH SIGNATURE-----[^]*/, '');
  expect(message).not.toBe(text);
  eve = await workspace.clone('eve');
  await signAs(eve, 'eve');
});
afterAll(async () => {
  rmSync(keys, { recursive: true, force: true });
  await workspace.remove();
});

async function signAs(checkout: ScratchWorkspace, name: string): Promise<void> {
  await checkout.git(['config', 'gpg.format', 'ssh']);
  await checkout.git(['config', 'user.signingkey', join(keys, name)]);
}

/** Puts a tag of the same words in the place of the release's. */
async function retag(checkout: ScratchWorkspace, kind: '--annotate' | '--sign'): Promise<void> {
  const commit = (await workspace.git(['rev-parse', `${tag}^{commit}`], workspace.origin)).trim();
  await checkout.git(['tag', kind, '--force', '--message', message, tag, commit]);
  await checkout.git(['push', '--quiet', '--force', 'origin', `refs/tags/${tag}`]);
}

const stateOf = async (environment: string) => [
  await workspace.originRefs(),
  await kubectl([
    ...['get', 'deployments,configmaps,services,controllerrevisions', '--namespace', workspace.namespace(environment)],
    ...['--output=custom-columns=KIND:.kind,NAME:.metadata.name,GENERATION:.metadata.generation', '--no-headers'],
  ]),
];

/** Runs a command that must be refused without any change. @returns what it said. */
async function refused(environment: string, args: readonly string[]): Promise<string> {
  const before = await stateOf(environment);
  const { code, output } = await workspace.nx(args);
  expect({ code, output: code === 2 ? '' : output }).toEqual({ code: 2, output: '' });
  expect(await stateOf(environment)).toEqual(before);
  expect(output).not.toMatch(/^\s+at /m);
  return output;
}

it('deploys a release whose tag a listed key signed, and no other tag that says the same', async () => {
  const deploying = ['run', 'inventory:k8s-deploy', '--env=dev', `--tag=${tag}`];
  await retag(eve, '--annotate');
  const unsigned = await refused('dev', [...deploying, '--force']);
  expect(unsigned).toContain(`The tag ${tag} is signed neither by an ssh nor by a PGP key.`);

  await retag(eve, '--sign');
  const foreign = await refused('dev', deploying);
  const [, fingerprint] = (await runSuccessfully('ssh-keygen', ['-l', '-f', join(keys, 'eve.pub')])).split(' ');
  expect(foreign).toContain(`The tag ${tag} is signed by the key ${fingerprint}, which main does not list`);
  // Her key is on a list, but not on main's.
  await eve.git(['checkout', '--quiet', '-b', 'mine']);
  eve.write(sshSignersFile, `eve@example.com ${publicKey('eve')}\n`);
  await eve.commit('feat: list me');
  await eve.git(['push', '--quiet', 'origin', 'mine']);
  workspace.write(sshSignersFile, eve.read(sshSignersFile));
  await refused('dev', deploying);
  await workspace.git(['checkout', '--quiet', '--', sshSignersFile]);

  await retag(workspace, '--sign');
  expect(await workspace.nxSuccessfully(deploying)).toContain('runs in dev');
});

it('puts nothing into a frozen environment before its end, unless forced with a reason, which is recorded', async () => {
  const file = environmentFile('preprod');
  const window = '{ from: 2020-01-01T00:00, to: 2099-01-01T00:00, zone: Europe/Berlin, reason: year end }';
  workspace.write(file, `${workspace.read(file)}freeze:\n  - ${window}\n`);
  workspace.edit('apps/inventory/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
  await workspace.commit('feat: something new');
  const said = 'preprod is frozen until 2099-01-01 00:00 Europe/Berlin (year end)';
  const releasing = ['run', 'inventory:release'];
  expect(await refused('preprod', releasing)).toContain(said);
  expect(await refused('preprod', [...releasing, '--force'])).toContain(`${said}, and \`--force\` alone does not`);
  await workspace.nxSuccessfully([...releasing, '--force', '--reason=a leak is closed']);
  const told = await workspace.taskSuccessfully(['run', 'inventory:history', '--env=preprod', '--json']);
  const line = told.split('\n').find((each) => each.startsWith('{"service"'))!;
  const { environments } = JSON.parse(line) as { environments: { records: Record<string, unknown>[] }[] };
  expect(environments[0]!.records[0]).toMatchObject({
    cause: { reason: 'a leak is closed', overrides: ['--force (frozen)'] },
    outcome: 'succeeded',
  });
  // Going back is what one does in an emergency.
  await workspace.nxSuccessfully(['run', 'inventory:rollback', '--env=preprod']);
});
