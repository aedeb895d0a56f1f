import { ImageRef } from '../../../plugin/src/model/image/image-ref.ts';
import { removeNodesRights } from '../../../scratch-workspace/src/floor.ts';
import { kubectl, platform } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { RegistryWriter } from '../../../simulators/src/registries/registry-writer.ts';

/* A laptop of another processor has built and pushed a release; who deploys has the rights that are shipped. */

let workspace: ScratchWorkspace;
let number: string;
/** The nodes' architecture, and one that none of them has. */
let own: string;
let other: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('platforms');
  own = (await kubectl(['get', 'nodes', '--output=jsonpath={.items[0].status.nodeInfo.architecture}'])).trim();
  other = own === 'amd64' ? 'arm64' : 'amd64';
  const built = await workspace.taskSuccessfully(['run', 'inventory:docker-release']);
  number = /using build number (\d{8}-\d+)/.exec(built)![1]!;
  await makeForeign();
  await workspace.taskSuccessfully(['run', 'inventory:git-tag', `--tag=${number}`]);
});
afterAll(() => workspace.remove());

/** Puts an image in the place of the one that was pushed, which differs in what it says that it is for. */
async function makeForeign(): Promise<void> {
  const { registry } = await platform();
  const image = ImageRef.of(`${registry}/${workspace.id}`, 'inventory', number);
  const get = async (path: string) => {
    const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
    const answer = await fetch(`http://${registry}/v2/${image.repository}/${path}`, { headers: { accept } });
    return (await answer.json()) as Record<string, unknown>;
  };
  const manifest = await get(`manifests/${number}`);
  const config = manifest['config'] as { digest: string };
  const foreign = { ...(await get(`blobs/${config.digest}`)), architecture: other };
  const writer = new RegistryWriter({ origin: `http://${registry}` });
  const uploaded = await writer.upload(image, JSON.stringify(foreign));
  await writer.putManifest(image, { ...manifest, config: { ...config, ...uploaded } });
}

const deploy = (...more: string[]) =>
  workspace.task(['run', 'inventory:k8s-deploy', '--env=preprod', `--tag=${number}`, ...more]);

const everything = () =>
  kubectl([
    ...['get', 'deployments,configmaps,services,controllerrevisions,leases', '--output=name'],
    ...['--namespace', workspace.namespace('preprod')],
  ]);

it('refuses an image for another processor than the nodes have, with nothing changed', async () => {
  const before = await everything();
  for (const more of [[], ['--dry-run'], ['--force']]) {
    const { code, output } = await deploy(...more);
    expect(output.replaceAll(/\s+/g, ' ')).toContain(
      `The image of inventory ${number} is for linux/${other}; the nodes of preprod are linux/${own}.`,
    );
    expect(output).toContain('nx run inventory:release --rebuild');
    expect(code).toBe(2);
  }
  expect(await everything()).toBe(before);
}, 300_000);

it('says for which platforms it would build, by nodes and files', async () => {
  workspace.edit('Infrastructure/environments/prod.yaml', /$/, `\nplatforms: [linux/${other}]\n`);
  await workspace.commit('feat: prod says what it is');
  const output = await workspace.taskSuccessfully(['run', 'inventory:release', '--rebuild', '--dry-run'], {
    // Docker without another builder is refused two platforms.
    env: { POC_CONTAINER_ENGINE: 'podman' },
  });
  expect(output).toMatch(/would build the image with .* for linux\/amd64 and linux\/arm64/);
}, 300_000);

it('checks nothing where the nodes may not be listed, but what the file of the environment says', async () => {
  await removeNodesRights([workspace.namespace('preprod')]);
  const { code, output } = await deploy('--dry-run');
  expect(output).not.toContain(`is for linux/${other}`);
  expect(code).toBe(0);
  workspace.edit('Infrastructure/environments/preprod.yaml', /$/, `\nplatforms: [linux/${own}]\n`);
  const said = await deploy('--dry-run');
  expect(said.output.replaceAll(/\s+/g, ' ')).toContain(`preprod runs on linux/${own}, as Infrastructure/`);
  expect(said.code).toBe(2);
}, 300_000);
