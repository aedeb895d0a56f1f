import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import { packageMessage } from '../../../plugin/src/model/provision/provisioning-package.ts';
import { releaseMessage } from '../../../plugin/src/model/release/release-message.ts';
import type { Release } from '../../../plugin/src/model/release/release.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { provision } from '../../../scratch-workspace/src/state/provisioned.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/*
 * Eve may push to the origin what no rule protects: tags, build numbers and branches of her own. The workspace is what a CI
 * has, with the deployer's rights. What she claims is the review's findings 1 to 4, at a real origin, registry and cluster.
 */

let workspace: ScratchWorkspace;
let eve: ScratchWorkspace;
let first: Release;
/** A build number of today that nobody has. */
const forged = (counter: number) => BuildNumber.parse(`${first.buildNumber.toString().slice(0, 8)}-${counter}`)!;
const folder = 'Infrastructure/kubernetes';
const evilFile = 'apps/inventory/k8s/evil.yaml';
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: evil }\n';

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('verified');
  // What is outside the namespace is shared with other suites.
  for (const file of readdirSync(join(workspace.folder, folder)))
    if (file !== 'namespace.yaml') rmSync(join(workspace.folder, folder, file));
  await provision(workspace, 'preprod');
  const made = await workspace.taskSuccessfully(['run', 'inventory:release']);
  const number = /inventory (\d{8}-\d+): runs in preprod/.exec(made)![1]!;
  first = await released(number);
  eve = await workspace.clone('eve');
});
afterAll(() => workspace.remove());

/** What the tag of a release says. */
async function released(number: string): Promise<Release> {
  const text = await workspace.git([
    'for-each-ref',
    '--format=%(*objectname)%0a%(contents)',
    `refs/tags/inventory-${number}`,
  ]);
  const trailer = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)![1]!;
  return {
    service: 'inventory',
    buildNumber: BuildNumber.parse(number)!,
    commit: text.split('\n')[0]!,
    imageDigest: trailer('Image-Digest') as Release['imageDigest'],
    contentHash: trailer('Content-Hash') as Release['contentHash'],
    dirty: false,
  };
}

/** A commit of Eve's that nobody reviewed; on no branch of the origin. */
async function evilCommit(path: string, text: string): Promise<string> {
  await eve.git(['checkout', '--quiet', '-B', `work-${randomBytes(4).toString('hex')}`, 'origin/main']);
  eve.write(path, text);
  return (await eve.commit('chore: nothing to see')).trim();
}

async function pushTag(name: string, commit: string, message: string): Promise<void> {
  await eve.git(['tag', '--annotate', '--force', '--message', message, name, commit.trim()]);
  await eve.git(['push', '--quiet', '--force', 'origin', `refs/tags/${name}`]);
}

const tagRelease = (claims: Partial<Release>) => {
  const release = { ...first, ...claims };
  return pushTag(`inventory-${release.buildNumber}`, release.commit, releaseMessage(release));
};

const dropTag = (name: string) => eve.git(['push', '--quiet', 'origin', `:refs/tags/${name}`]);

/** Everything of the service in an environment, and its records. */
const stateOf = (environment: string) =>
  kubectl([
    ...['get', 'deployments,configmaps,services,controllerrevisions', '--namespace', workspace.namespace(environment)],
    ...['--output=custom-columns=KIND:.kind,NAME:.metadata.name,GENERATION:.metadata.generation', '--no-headers'],
  ]);

/** Runs a task that must be refused without any change. @returns what it said. */
async function refused(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const before = await stateOf('preprod');
  const { code, output } = await workspace.task(args, { env });
  expect({ code, output: code === 2 ? '' : output }).toEqual({ code: 2, output: '' });
  expect(await stateOf('preprod')).toBe(before);
  expect(output).not.toMatch(/^\s+at /m);
  return output;
}

it('releases no commit behind a tag that claims to have what main has', async () => {
  workspace.edit('apps/inventory/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
  await workspace.commit('feat: a reviewed change');
  await eve.git(['fetch', '--quiet', 'origin']);
  // Eve knows what main will hash to: she has the repository.
  const plan = await workspace.taskSuccessfully(['run', 'inventory:outdated', '--json']).catch(() => '');
  const contentHash = /sha256:[0-9a-f]{64}/.exec(plan)?.[0] ?? (await hashOfMain());
  const commit = await evilCommit(evilFile, configMap);
  await tagRelease({ buildNumber: forged(900), commit, contentHash: contentHash as Release['contentHash'] });
  const said = await refused(['run', 'inventory:release']);
  expect(said).toMatch(new RegExp(`The tag inventory-${forged(900)} says that its content is ${contentHash};`));
  expect(said).toContain(`commit ${commit} holds sha256:`);
  await dropTag(`inventory-${forged(900)}`);
});

/** The hash of the checked-out content, by a release to dev of the same commit in a clone that nobody else sees. */
async function hashOfMain(): Promise<string> {
  await workspace.taskSuccessfully(['run', 'inventory:docker-release']);
  const tags = await workspace.git(['for-each-ref', '--format=%(refname)', 'refs/builds/inventory'], workspace.origin);
  const number = tags
    .trim()
    .split('\n')
    .map((ref) => ref.split('/').at(-1)!)
    .sort()
    .at(-1)!;
  const tagged = await workspace.taskSuccessfully(['run', 'inventory:git-tag', `--tag=${number}`]);
  const { contentHash } = await released(/\d{8}-\d+/.exec(tagged)![0]);
  await workspace.git(['tag', '--delete', `inventory-${number}`]);
  await dropTag(`inventory-${number}`);
  return contentHash;
}

it('deploys no commit of no branch, and no image as another build than it is', async () => {
  const commit = await evilCommit(evilFile, configMap);
  await tagRelease({ buildNumber: forged(901), commit });
  const said = await refused(['run', 'inventory:k8s-deploy', '--env=preprod', `--tag=${forged(901)}`]);
  expect(said).toMatch(/is not part of main at the origin|labels of .* do not agree/);
  expect(await refused(['run', 'inventory:k8s-deploy', '--env=preprod'])).toMatch(/inventory/);
  await dropTag(`inventory-${forged(901)}`);

  await tagRelease({ buildNumber: forged(902) });
  const labels = await refused(['run', 'inventory:k8s-deploy', '--env=preprod', `--tag=${forged(902)}`, '--force']);
  expect(labels).toMatch(new RegExp(`do not agree: build ${first.buildNumber} and ${forged(902)}`));
  await dropTag(`inventory-${forged(902)}`);
});

it('promotes nothing where the record and the tag disagree, or where there is no tag', async () => {
  const namespace = workspace.namespace('preprod');
  const selector = ['--namespace', namespace, '--selector=poc.dev/record-of=inventory'];
  expect(await kubectl(['get', 'controllerrevisions', ...selector, '--output=name'])).not.toBe('');
  // Its tag is moved: from now on the record, which the deployer can write, and the tag tell of two releases.
  const commit = await evilCommit(evilFile, configMap);
  await tagRelease({ commit });
  const args = ['run', 'inventory:promote', '--from=preprod', '--to=prod', '--force'];
  const said = await refused(args, { POC_APPROVAL_GATE: 'a test' });
  expect(said).toMatch(/The tag inventory-\S+ and the record in preprod do not agree: commit/);
  await dropTag(`inventory-${first.buildNumber}`);
  const missing = await refused(args, { POC_APPROVAL_GATE: 'a test' });
  expect(missing).toMatch(/There is no tag inventory-\S+: nothing but the record in preprod says/);
  await workspace.taskSuccessfully(['run', 'infrastructure:audit', '--env=preprod', '--repair']);
});

it("provisions no commit behind a tag that claims to have main's configuration", async () => {
  const KUBECONFIG = workspace.administratorKubeconfig;
  const tags = await workspace.git(['for-each-ref', '--format=%(contents)', 'refs/tags/provisioning-*']);
  const contentHash = /^Content-Hash: (.*)$/m.exec(tags)![1] as Release['contentHash'];
  const commit = await evilCommit(`${folder}/evil.yaml`, configMap);
  const claim = { version: forged(903), commit, contentHash };
  await pushTag(`provisioning-${forged(903)}`, commit, packageMessage(claim));
  for (const tag of [[], [`--tag=${forged(903)}`]]) {
    const args = ['run', 'infrastructure:provision', '--env=preprod', ...tag];
    const said = await refused(args, { KUBECONFIG });
    expect(said).toMatch(/The tag provisioning-\S+ says that its configuration is sha256:/);
  }
  await dropTag(`provisioning-${forged(903)}`);
});
