import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Release } from '../../../plugin/src/model/release/release.ts';
import { oldSystem, provisionFallback } from '../../../scratch-workspace/src/state/old-system.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { releaseOf, tagReleases } from '../tag-releases.ts';
import { oldSystemName } from './answerers.ts';

/** The service that is released, and the one whose route comes and goes beside it. */
export const [mainService, sideService] = ['main', 'side'] as const;
export type ServiceName = typeof mainService | typeof sideService;

const description = (version: number) =>
  `openapi: 3.1.0\ninfo: { title: Builds, version: '${version}' }\npaths: { /build: { get: { operationId: getBuild, responses: { '200': { description: It. } } } } }\n`;

/** Says which build answers, in the description's only operation. */
const source = (service: string, versions: '' | 'v2') => `import { runService } from '@poc/service-host';
import description from '../openapi.yaml';
${versions === '' ? '' : "import descriptionV2 from '../openapi.v2.yaml';\n"}
const build = process.env['BUILD_NUMBER'] ?? '';
const operations = { getBuild: () => ({ build }) };
${versions === '' ? '' : 'const v2 = { description: descriptionV2, operations: { getBuild: () => ({ build: `${build} v2` }) } };\n'}
// A line for each of so many requests would be most of the work.
const logDestination = { write: () => {} };
void runService({ name: '${service}', description, operations, logDestination${versions === '' ? '' : ', versions: { v2 }'} });
`;

/** A scratch workspace with two services behind the fallback in preprod, where nothing of them was released yet. */
export class GatewayWorkspace {
  readonly workspace: ScratchWorkspace;

  private constructor(workspace: ScratchWorkspace) {
    this.workspace = workspace;
  }

  static async create(): Promise<GatewayWorkspace> {
    const gateway = new GatewayWorkspace(await ScratchWorkspace.create('gateway', { keep: ['preStop'] }));
    const { workspace } = gateway;
    const namespace = `--namespace=${workspace.namespace('dev')}`;
    const items = await oldSystem('old-system', JSON.stringify({ build: oldSystemName }));
    await kubectl(['apply', namespace, '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await kubectl(['rollout', 'status', 'deployment/old-system', namespace, '--timeout=120s']);
    for (const service of [mainService, sideService]) {
      await workspace.nxSuccessfully(['g', '@poc/plugin:service', service]);
      const folder = `apps/${service}`;
      for (const overlay of ['dev', 'prod']) rmSync(join(workspace.folder, folder, 'k8s', `${overlay}.yaml`));
      workspace.edit(`${folder}/k8s/http-route.yaml`, /^spec:$/m, "spec:\n  hostnames: ['${ROUTE_HOSTNAME}']");
      for (const file of ['greeting-operations.ts', 'greeting-operations.spec.ts'])
        rmSync(join(workspace.folder, folder, 'src', file));
      workspace.write(`${folder}/openapi.yaml`, description(1));
      workspace.write(`${folder}/src/main.ts`, source(service, ''));
    }
    await provisionFallback(workspace, 'old-system');
    return gateway;
  }

  /** Gives the main service a second version of its API. */
  addVersion(): void {
    this.workspace.write(`apps/${mainService}/openapi.v2.yaml`, description(2));
    this.workspace.write(`apps/${mainService}/src/main.ts`, source(mainService, 'v2'));
  }

  /** Takes the side service's route away. */
  removeRoute(): void {
    rmSync(join(this.workspace.folder, `apps/${sideService}/k8s/http-route.yaml`));
  }

  /** Builds and tags a release of what is there, and deploys it nowhere. */
  async build(service: ServiceName, what: string): Promise<Release> {
    const { workspace } = this;
    await workspace.commit(`feat(${service}): ${what}`);
    await workspace.nxSuccessfully(['run', `${service}:docker-release`]);
    const output = await workspace.nxSuccessfully(['run', `${service}:git-tag`]);
    return releaseOf(workspace, service, new RegExp(`${service}-(\\d{8}-\\d+)`).exec(output)![1]!);
  }

  /** Tags further builds of the same images, in turns. */
  tag(count: number, images: readonly Release[]): Promise<Release[]> {
    return tagReleases(this.workspace, count, images, images.at(-1)!);
  }
}
