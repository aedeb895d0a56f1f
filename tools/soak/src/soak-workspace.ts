import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { Environment } from '../../plugin/src/model/environment/environment.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';
import { kubectl, platform } from '../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../scratch-workspace/src/scratch-workspace.ts';
import { releaseOf, tagReleases } from './tag-releases.ts';

/** The service that is released over and over. */
export const soakService = 'soak';

/** Requests at once, answers after 2 seconds, and answers that take 10 seconds. */
const source = `import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { runService, type Handlers } from '@poc/service-host';
import description from '../openapi.yaml';

const version = 'VERSION';

async function* pieces() {
  for (let piece = 1; piece <= 20; piece++) {
    yield \`\${piece}\\n\`;
    await pause(500);
  }
  yield 'end\\n';
}

const operations: Handlers = {
  getQuick: () => ({ version }),
  getSlow: () => pause(2_000, { version }),
  getStream: (_request, reply) => reply.type('text/plain').send(Readable.from(pieces())),
};

// A line for each of millions of requests would be most of the work.
void runService({ name: 'soak', description, operations, logDestination: { write: () => {} } });
`;

const description = `openapi: 3.1.0
info: { title: Soak, version: 1.0.0 }
paths:
  /quick: { get: { operationId: getQuick, responses: { '200': { description: At once } } } }
  /slow: { get: { operationId: getSlow, responses: { '200': { description: After 2 seconds } } } }
  /stream: { get: { operationId: getStream, responses: { '200': { description: For 10 seconds } } } }
`;

/** Reports whether a body of `/stream` is all of it. */
export function isWholeStream(body: string): boolean {
  return body.endsWith('\nend\n');
}

/** A scratch workspace with a service that answers quickly, slowly and in streams, released to preprod. */
export class SoakWorkspace {
  readonly workspace: ScratchWorkspace;
  private readonly namespaces: string[] = [];
  private readonly released: Release[] = [];

  private constructor(workspace: ScratchWorkspace) {
    this.workspace = workspace;
  }

  /** @param name part of the folder's name. */
  static async create(name: string): Promise<SoakWorkspace> {
    const soak = new SoakWorkspace(await ScratchWorkspace.create(name, { keep: ['preStop'] }));
    const { workspace } = soak;
    await workspace.nxSuccessfully(['g', '@poc/plugin:service', soakService]);
    const folder = `apps/${soakService}`;
    // Routes differ by the namespace's name alone.
    for (const overlay of ['dev', 'prod']) rmSync(join(workspace.folder, folder, 'k8s', `${overlay}.yaml`));
    // Straight to a pod, too: without a gateway, nobody asks again when a connection breaks.
    workspace.edit(`${folder}/k8s/service.yaml`, /^spec:$/m, 'spec:\n  type: NodePort');
    workspace.edit(`${folder}/k8s/http-route.yaml`, /^spec:$/m, "spec:\n  hostnames: ['${NAMESPACE}.localhost']");
    workspace.write(`${folder}/openapi.yaml`, description);
    for (const file of ['greeting-operations.ts', 'greeting-operations.spec.ts'])
      rmSync(join(workspace.folder, folder, 'src', file));
    workspace.edit(`${folder}/project.json`, '"jest ', '"jest --passWithNoTests ');
    await soak.release(1);
    return soak;
  }

  /** The first release of the service. */
  get first(): Release {
    return this.released[0]!;
  }

  /**
   * Builds, pushes, tags and deploys a further version of the service to preprod.
   * @param files what it consists of, by path below its folder; those that there are answer as above.
   */
  async release(
    version: number,
    files: Readonly<Record<string, string>> = { 'src/main.ts': source.replace('VERSION', String(version)) },
  ): Promise<Release> {
    for (const [path, text] of Object.entries(files)) this.workspace.write(`apps/${soakService}/${path}`, text);
    await this.workspace.commit(`feat(${soakService}): version ${version}`);
    const output = await this.workspace.nxSuccessfully(['run', `${soakService}:release`]);
    const number = new RegExp(`${soakService} (\\S+): runs in preprod`).exec(output)?.[1];
    if (number === undefined) throw new Error(`No release is told of in:\n${output}`);
    const release = await releaseOf(this.workspace, soakService, number);
    this.released.push(release);
    return release;
  }

  /** Returns the digest of a build's image. */
  digestOf(build: BuildNumber): string | undefined {
    return this.released.find(({ buildNumber }) => buildNumber.equals(build))?.imageDigest;
  }

  /** Makes further builds of the same content, in turns. @returns their numbers, the oldest first. */
  async tagBuilds(count: number, images: readonly Release[]): Promise<BuildNumber[]> {
    const releases = await tagReleases(this.workspace, count, images, this.released.at(-1)!);
    this.released.push(...releases);
    return releases.map(({ buildNumber }) => buildNumber);
  }

  /** A namespace of its own, and the environment that it is. It goes with the workspace. */
  async addEnvironment(name: string): Promise<Environment> {
    const namespace = `${this.workspace.id}-${name}`;
    await kubectl(['create', 'namespace', namespace]);
    this.namespaces.push(namespace);
    const { context, kubeconfig } = await platform();
    return {
      name: 'preprod',
      order: 1,
      cluster: { context, kubeconfig },
      namespace,
      registry: await this.workspace.registry(),
      deploy: 'automatic',
      allowDirty: false,
      protected: false,
      variables: { GATEWAY_NAME: 'public', GATEWAY_NAMESPACE: 'gateway' },
    };
  }

  /** Takes it away: folder, namespaces. */
  async remove(): Promise<void> {
    if (this.namespaces.length > 0)
      await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', ...this.namespaces]);
    await this.workspace.remove();
  }
}

/** Where the service answers in a namespace: through the gateway, and straight through its node port. */
export async function addressesOf(
  namespace: string,
): Promise<{ gateway: { url: string; host: string }; direct: { url: string } }> {
  const port = await kubectl([
    'get',
    'service',
    soakService,
    '--namespace',
    namespace,
    '--output=jsonpath={.spec.ports[0].nodePort}',
  ]);
  const { gateway } = await platform();
  return {
    gateway: { url: `${gateway}/${soakService}`, host: `${namespace}.localhost` },
    direct: { url: `http://127.0.0.1:${port}` },
  };
}
