import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import { ImageRef, parseDigest } from '../../plugin/src/model/image/image-ref.ts';
import { renderManifests } from '../../plugin/src/model/manifests/render.ts';
import { kubectl } from '../../scratch-workspace/src/platform.ts';
import { services, type ScratchWorkspace } from '../../scratch-workspace/src/scratch-workspace.ts';
import { tagsOf } from '../../scratch-workspace/src/state/registry-state.ts';
import { writeReleaseFiles, type ReleaseFiles } from './rivals.ts';
import { versionHeader } from './rollbacks/version-watch.ts';

/** Those that we compare with, each in a namespace of its own. */
export const rivals = ['kubectl', 'helm3', 'helm4', 'blue-green'] as const;
export type Rival = (typeof rivals)[number];

/** The two versions of each service. */
export const versions = [1, 2] as const;

/** Files for each rival, version and service. */
export type Files = Readonly<Record<string, Readonly<Record<number, Readonly<Record<string, ReleaseFiles>>>>>>;

/** The namespace of a rival. */
export function namespaceOf(workspace: ScratchWorkspace, rival: string): string {
  return `${workspace.id}-${rival}`;
}

/** Releases every service twice, and gives the others the same manifests. */
export async function prepare(workspace: ScratchWorkspace): Promise<Files> {
  const folder = join(workspace.folder, '..', 'rivals');
  mkdirSync(folder);
  const all: Record<string, Record<number, Record<string, ReleaseFiles>>> = {};
  for (const rival of rivals) await kubectl(['create', 'namespace', namespaceOf(workspace, rival)]);
  for (const version of versions) {
    for (const service of services) changeSource(workspace, service, version);
    await workspace.commit(`feat: version ${version}`);
    await workspace.nxSuccessfully(['run-many', '-t', 'release']);
    for (const service of services) {
      const objects = await manifestsOf(workspace, service, version);
      for (const rival of rivals) {
        mkdirSync(join(folder, rival), { recursive: true });
        ((all[rival] ??= {})[version] ??= {})[service] = writeReleaseFiles(
          join(folder, rival),
          service,
          version,
          objects(namespaceOf(workspace, rival)),
        );
      }
    }
  }
  return all;
}

/** Changes the source of a service, so that its image differs. */
export function changeSource(workspace: ScratchWorkspace, service: string, version: number | string): void {
  if (service === 'inventory')
    workspace.write(
      'apps/inventory/bench.go',
      `package main\n\nvar _ = "bench ${version}"\n\nfunc init() { println("bench ${version}") }\n`,
    );
  else {
    if (service === 'orders') {
      const operations = 'apps/orders/src/order-operations.ts';
      const answer = `(void reply.header('${versionHeader}', '${version}'), { orders: book.newest(100).map(orderAsJson) })`;
      workspace.edit(operations, /^ *listOrders: .*$/m, `    listOrders: (_, reply) => ${answer},`);
    }
    const main = `apps/${service}/src/main.ts`;
    workspace.write(
      main,
      `console.log('bench ${version}');\n${workspace.read(main).replace(/^console\.log\('bench .*'\);\n/, '')}`,
    );
  }
}

/** Returns the objects that the plugin would apply for a release, for another namespace and without its own mark. */
async function manifestsOf(
  workspace: ScratchWorkspace,
  service: string,
  version: number,
): Promise<(namespace: string) => object[]> {
  const tag = (await tagsOf(`${workspace.id}/${service}`)).find((each) => each.endsWith(`-${version}`))!;
  const message = await workspace.git(
    ['for-each-ref', `refs/tags/${service}-${tag}`, '--format=%(contents)'],
    workspace.origin,
  );
  const digest = parseDigest(/Image-Digest: (\S+)/.exec(message)?.[1] ?? '')!;
  const folder = `apps/${service}/k8s`;
  const names = existsSync(join(workspace.folder, folder)) ? readdirSync(join(workspace.folder, folder)) : [];
  const texts = new Map(
    names.map((name) => [`${folder}/${name}`, readFileSync(join(workspace.folder, folder, name), 'utf8')]),
  );
  const registryHost = await workspace.registry();
  const variables = variablesOf(workspace);
  const release = {
    service,
    buildNumber: BuildNumber.parse(tag)!,
    commit: '0'.repeat(40),
    imageDigest: digest,
    contentHash: digest,
    dirty: false,
  };
  return (namespace) => {
    const { objects } = renderManifests({
      texts,
      folder,
      environment: { name: 'preprod', namespace, variables },
      environmentNames: ['dev', 'preprod', 'prod'],
      release,
      image: ImageRef.of(registryHost, service, tag, digest),
      actor: { person: 'bench', run: 'bench' },
      partOf: 'bench',
    });
    for (const { metadata, spec } of objects as ((typeof objects)[number] & { spec?: { hostnames?: string[] } })[]) {
      delete metadata.labels?.['app.kubernetes.io/managed-by'];
      if (spec?.hostnames) spec.hostnames = [`${namespace}.localhost`];
    }
    return objects;
  };
}

/** Variables of the environment that the plugin deploys to. */
function variablesOf(workspace: ScratchWorkspace): Record<string, string> {
  const file = parse(workspace.read('Infrastructure/environments/preprod.yaml')) as { variables: object };
  return Object.fromEntries(Object.entries(file.variables).map(([name, value]) => [name, String(value)]));
}

/** Build number of a version of a service. */
export async function numberOf(workspace: ScratchWorkspace, service: string, version: number): Promise<string> {
  return (await tagsOf(`${workspace.id}/${service}`)).find((tag) => tag.endsWith(`-${version}`))!;
}
