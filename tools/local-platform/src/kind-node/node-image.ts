import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ensureBaseImage } from '../containers/base-images.ts';
import { debianTag } from '../containers/make-images.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import { contourManifestPath, kindProgramsFolder, linkProgram } from '../providers/kind-programs.ts';
import type { WorkContext } from '../providers/provider.ts';
import { projectFolder, toolFolder } from '../storage/folders.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import {
  buildBinaries,
  containerdBinaries,
  contourSource,
  fetchEnvoy,
  kindBinary,
  kindNodeBinaries,
  kindSource,
  kubeRouterBinary,
  kubernetesBinaries,
  pauseBinary,
  provisionerBinary,
  routingBinaries,
  type BuildContext,
} from '../tools/binaries.ts';
import { contourManifests, kindNodeTag, kubernetesVersion } from '../versions.ts';
import { imagesOfCluster, type ComponentImages } from './component-images.ts';

/** Folders with all that goes into the image. */
interface Parts {
  /** Programs of the cluster, as the provider `built` runs them. */
  readonly cluster: string;
  readonly provisioner: string;
  /** kubeadm, crictl and CoreDNS. */
  readonly node: string;
  readonly containerd: string;
  /** kind's own program. */
  readonly kind: string;
  readonly kindSource: string;
  readonly contourSource: string;
}

const sources = join(projectFolder, 'images', 'kind-node');
const baseTag = 'poc/kind-node-base';
const bareTag = 'poc/kind-node-bare';
const componentsTag = 'poc/kind-node-components';

/**
 * Makes sure that the engine has kind's node image, in kind's form and under its name, built by kind itself of what package
 * registries have. With docker and kind the official one is pulled instead; this one is for machines that cannot.
 * Docker has to answer.
 * The provider finds kind and kubectl then, too.
 */
export async function ensureKindNodeImage({ folders, output, signal }: WorkContext): Promise<void> {
  await ensureBuiltPrograms({ folders, output, signal, scope: 'minimal' });
  if (await engineHas(kindNodeTag)) return;
  const saved = join(toolFolder(folders, 'kind-node'), 'node.tar');
  if (!existsSync(saved)) {
    const parts = await buildParts({ folders, output, signal, scope: 'minimal' });
    await ensureBaseImage(debianTag, folders, output, signal);
    output.say(`making ${kindNodeTag} with kind`);
    await inWorkFolder(dirname(saved), async (folder) => {
      await makeNodeImage(parts, folder, signal);
      const staging = join(folder, 'node.tar');
      await runCommand(`save ${kindNodeTag}`, ['docker', 'save', `--output=${staging}`, kindNodeTag], { signal });
      renameSync(staging, saved);
    });
    return;
  }
  output.say(`loading ${kindNodeTag} from the cache`);
  await runCommand(`load ${kindNodeTag}`, ['docker', 'load', '--quiet', `--input=${saved}`], { signal });
}

/** Puts kind and kubectl, built here, where the provider looks for them. */
async function ensureBuiltPrograms({ folders, output, signal }: WorkContext): Promise<void> {
  const context: BuildContext = { tools: folders.tools, output, signal };
  const kind = toolFolder(folders, 'kind');
  await buildBinaries([kindBinary], kind, context);
  await buildBinaries([kubernetesBinaries], folders.binaries, context);
  const programs = kindProgramsFolder(folders);
  for (const path of [join(kind, 'kind'), join(folders.binaries, 'kubectl')])
    if (!existsSync(join(programs, basename(path)))) linkProgram(path, join(programs, basename(path)));
  const source = await contourSource(context);
  for (const file of contourManifests) {
    const example = file.url.slice(file.url.indexOf('/examples/'));
    writeFileSync(contourManifestPath(folders, file), readFileSync(join(source, example)));
  }
}

async function engineHas(tag: string): Promise<boolean> {
  return (await tryCommand(['docker', 'image', 'inspect', '--format={{.Id}}', tag])).code === 0;
}

async function buildParts({ folders, output, signal }: WorkContext): Promise<Parts> {
  const context: BuildContext = { tools: folders.tools, output, signal };
  const parts = {
    cluster: folders.binaries,
    provisioner: toolFolder(folders, 'local-path-provisioner'),
    node: toolFolder(folders, 'kind-node'),
    containerd: toolFolder(folders, 'containerd'),
    kind: toolFolder(folders, 'kind'),
  };
  await buildBinaries([kubernetesBinaries, routingBinaries, kubeRouterBinary, pauseBinary], parts.cluster, context);
  await buildBinaries([provisionerBinary], parts.provisioner, context);
  await buildBinaries([kindNodeBinaries], parts.node, context);
  await buildBinaries([containerdBinaries], parts.containerd, context);
  await buildBinaries([kindBinary], parts.kind, context);
  await fetchEnvoy(parts.cluster, context);
  return { ...parts, kindSource: await kindSource(context), contourSource: await contourSource(context) };
}

async function makeNodeImage(parts: Parts, folder: string, signal: AbortSignal | undefined): Promise<void> {
  const images = await readImages(parts, signal);
  const server = join(folder, 'kubernetes', 'server', 'bin');
  mkdirSync(server, { recursive: true });
  try {
    await makeBase(parts, join(folder, 'base'), signal);
    await makeComponents(parts, images, { folder: join(folder, 'components'), server, signal });
    // As a release of Kubernetes has them; there is one archive for each of these four, whatever it holds.
    for (const name of ['kubeadm', 'kubelet', 'kubectl'])
      copyFileSync(join(name === 'kubeadm' ? parts.node : parts.cluster, name), join(server, name));
    writeFileSync(join(folder, 'kubernetes', 'version'), kubernetesVersion);
    const release = join(folder, 'kubernetes.tar.gz');
    const pack = ['tar', '--create', '--use-compress-program=gzip -1', `--file=${release}`, `--directory=${folder}`];
    await runCommand('pack the components', [...pack, 'kubernetes'], { signal });
    const build = ['build', 'node-image', '--type=file', `--base-image=${baseTag}`, `--image=${bareTag}`, release];
    await runCommand(`build ${bareTag}`, [join(parts.kind, 'kind'), ...build], { signal, env: { TMPDIR: folder } });
    await buildImage('node.Dockerfile', kindNodeTag, bareTag, join(folder, 'node'), signal, (context) => {
      const manifest = readFileSync(join(sources, 'default-cni.yaml'), 'utf8');
      const image = images.components.find((name) => name.includes('/kindnetd:')) ?? '';
      writeFileSync(join(context, 'default-cni.yaml'), manifest.replaceAll('image: IMAGE', `image: ${image}`));
    });
  } finally {
    // The layers stay with the image; these names are of no use, and might hide official images.
    const names = [baseTag, bareTag, componentsTag, ...images.components, images.coredns, images.pause];
    await tryCommand(['docker', 'image', 'rm', ...names]);
  }
}

async function readImages(parts: Parts, signal: AbortSignal | undefined): Promise<ComponentImages> {
  const list = ['config', 'images', 'list', `--kubernetes-version=${kubernetesVersion}`];
  const kubeadm = await runCommand('list the images of a cluster', [join(parts.node, 'kubeadm'), ...list], { signal });
  const readKind = (path: string) => readFileSync(join(parts.kindSource, path), 'utf8');
  return imagesOfCluster({
    kubeadm,
    containerd: readKind('images/base/files/etc/containerd/config.toml'),
    kind: ['const_cni.go', 'const_storage.go'].map((name) => readKind(join('pkg/build/nodeimage', name))).join('\n'),
    contour: readFileSync(join(parts.contourSource, 'examples/render/contour.yaml'), 'utf8'),
  });
}

async function makeBase(parts: Parts, folder: string, signal: AbortSignal | undefined): Promise<void> {
  await buildImage('base.Dockerfile', baseTag, debianTag, folder, signal, (context) => {
    cpSync(join(parts.kindSource, 'images/base/files'), join(context, 'files'), { recursive: true });
    makeExecutable(context);
    copyPrograms(parts.containerd, containerdBinaries.binaries, context);
    copyPrograms(parts.node, ['crictl'], context);
  });
}

/** Files of Go's module cache are read-only and no programs; these are programs in the image. */
function makeExecutable(context: string): void {
  const programs = ['usr/local/bin/entrypoint', 'usr/local/bin/clean-install'];
  const hooks = ['mount-product-files.sh', 'undo-mount-hacks.sh', 'create-kubelet-cgroup-v2.sh'];
  for (const path of [...programs, ...hooks.map((name) => join('kind/bin', name))])
    chmodSync(join(context, 'files', path), 0o755);
}

async function makeComponents(
  parts: Parts,
  images: ComponentImages,
  { folder, server, signal }: { folder: string; server: string; signal: AbortSignal | undefined },
): Promise<void> {
  await buildImage('components.Dockerfile', componentsTag, debianTag, folder, signal, (context) => {
    copyPrograms(parts.cluster, ['kubernetes', 'contour', 'envoy', 'kube-router'], context);
    copyPrograms(parts.provisioner, ['local-path-provisioner'], context);
    for (const name of Object.keys(kubernetesBinaries.links ?? {}))
      cpSync(join(parts.cluster, name), join(context, 'bin', name), { verbatimSymlinks: true });
  });
  for (const name of images.components)
    await runCommand(`name ${name}`, ['docker', 'tag', componentsTag, name], { signal });
  await save(images.components, join(server, 'kube-apiserver.tar'), signal);
  await makeProgram(images.coredns, join(parts.node, 'coredns'), join(folder, 'coredns'), signal);
  await save([images.coredns], join(server, 'kube-controller-manager.tar'), signal);
  await makeProgram(images.pause, join(parts.cluster, 'pause'), join(folder, 'pause'), signal);
  await save([images.pause], join(server, 'kube-scheduler.tar'), signal);
  // kind reads four archives; the components have come with the first.
  copyFileSync(join(server, 'kube-scheduler.tar'), join(server, 'kube-proxy.tar'));
}

async function makeProgram(
  tag: string,
  program: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const name = basename(program);
  mkdirSync(folder, { recursive: true });
  copyFileSync(program, join(folder, name));
  writeFileSync(join(folder, 'Dockerfile'), `FROM scratch\nCOPY ${name} /${name}\nENTRYPOINT ["/${name}"]\n`);
  await dockerBuild(tag, [folder], signal);
}

async function buildImage(
  dockerfile: string,
  tag: string,
  base: string,
  folder: string,
  signal: AbortSignal | undefined,
  fill: (context: string) => void,
): Promise<void> {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  fill(folder);
  copyFileSync(join(sources, dockerfile), join(folder, 'Dockerfile'));
  // Debian's packages are downloaded by the build itself.
  await dockerBuild(tag, ['--network=host', `--build-arg=BASE=${base}`, folder], signal);
}

async function dockerBuild(tag: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const argv = ['docker', 'build', `--tag=${tag}`, ...args];
  await runCommand(`build ${tag}`, argv, { signal, env: { DOCKER_BUILDKIT: '0' } });
}

/**
 * Writes an archive of one image under all of its names. docker writes those of docker.io without that, and kind would pull
 * what it does not find by its whole name.
 */
async function save(tags: readonly string[], path: string, signal: AbortSignal | undefined): Promise<void> {
  const doing = `save ${tags[0] ?? ''}`;
  const folder = `${path}.unpacked`;
  mkdirSync(folder);
  await runCommand(doing, ['docker', 'save', `--output=${path}`, ...tags], { signal });
  await runCommand(doing, ['tar', '--extract', `--file=${path}`, `--directory=${folder}`], { signal });
  const manifest = join(folder, 'manifest.json');
  const [image] = JSON.parse(readFileSync(manifest, 'utf8')) as object[];
  writeFileSync(manifest, JSON.stringify([{ ...image, RepoTags: tags }]));
  rmSync(join(folder, 'repositories'), { force: true });
  const pack = ['tar', '--create', `--file=${path}`, `--directory=${folder}`];
  await runCommand(doing, [...pack, ...readdirSync(folder)], { signal });
  rmSync(folder, { recursive: true });
}

function copyPrograms(from: string, names: readonly string[], context: string): void {
  for (const name of names) copyFileSync(join(from, name), join(context, 'bin', name));
}
