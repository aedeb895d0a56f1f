import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { environmentsFolder, type Environment } from '../../../model/environment/environment.ts';
import { ImageRef } from '../../../model/image/image-ref.ts';
import { downtimeRisks } from '../../../model/manifests/rules/downtime/no-downtime.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { renderManifests } from '../../../model/manifests/render.ts';
import { readEnvironments } from '../../../adapters/workspace/environments.ts';
import { generateService } from './generator.ts';

const workspaceRoot = join(__dirname, '../../../../../..');
let environments: Environment[];
beforeAll(async () => {
  environments = await readEnvironments(workspaceRoot);
});

/** Texts of the manifests of a sample in this workspace. */
function ofSample(service: string): Map<string, string> {
  const folder = `apps/${service}/k8s`;
  const entries = readdirSync(join(workspaceRoot, folder), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(join(workspaceRoot, folder), join(parentPath, name)));
  return new Map(files.map((file) => [`${folder}/${file}`, readFileSync(join(workspaceRoot, folder, file), 'utf8')]));
}

/** Texts of the manifests of a new service in a workspace with these environments. */
async function generated(name: string, stack: string): Promise<Map<string, string>> {
  const tree = createTreeWithEmptyWorkspace();
  for (const file of readdirSync(join(workspaceRoot, environmentsFolder)))
    tree.write(`${environmentsFolder}/${file}`, readFileSync(join(workspaceRoot, environmentsFolder, file)));
  await generateService(tree, { name, stack });
  const folder = `apps/${name}/k8s`;
  return new Map(tree.children(folder).map((file) => [`${folder}/${file}`, tree.read(`${folder}/${file}`, 'utf8')!]));
}

/** Renders them for an environment, as a release does. */
function render(service: string, texts: Map<string, string>, environment: Environment) {
  const digest = `sha256:${'a'.repeat(64)}` as const;
  return renderManifests({
    ...{ texts, environment, folder: `apps/${service}/k8s`, partOf: 'shop' },
    environmentNames: environments.map(({ name }) => name),
    release: {
      ...{ service, buildNumber: BuildNumber.parse('20261124-1')!, commit: 'c'.repeat(40), dirty: false },
      ...{ imageDigest: digest, contentHash: digest },
    },
    image: ImageRef.of(environment.registry, service, '20261124-1', digest),
    actor: { person: 'ada', run: 'local' },
  });
}

/** Returns the names and numbers of the containers' ports that a route leads to. */
function reachedBy(route: object, objects: readonly KubernetesObject[]): [string, number][] {
  type Port = { name: string; port: number; targetPort: string; containerPort: number };
  const { rules } = (route as { spec: { rules: { backendRefs: { name: string; port: number }[] }[] } }).spec;
  const services = objects.filter(({ kind }) => kind === 'Service');
  const containers = objects.flatMap(({ spec }) => {
    const template = (spec as { template?: { spec?: { containers: { ports?: Port[] }[] } } } | undefined)?.template;
    return template?.spec?.containers ?? [];
  });
  return rules
    .flatMap(({ backendRefs }) => backendRefs)
    .flatMap((backend) => {
      const service = services.find(({ metadata }) => metadata.name === backend.name);
      const ports = (service as { spec?: { ports: Port[] } } | undefined)?.spec?.ports ?? [];
      const target = ports.find(({ port }) => port === backend.port)?.targetPort;
      const all = containers.flatMap((container) => container.ports ?? []);
      return all
        .filter(({ name }) => name === target)
        .map(({ name, containerPort }): [string, number] => [name, containerPort]);
    });
}

describe('manifests', () => {
  it.each<[string, () => Map<string, string> | Promise<Map<string, string>>]>([
    ...['orders', 'payments', 'inventory'].map((name): [string, () => Map<string, string>] => [
      name,
      () => ofSample(name),
    ]),
    ...['node', 'go', 'python', 'dotnet', 'none'].map((stack): [string, () => Promise<Map<string, string>>] => [
      `new-${stack}`,
      () => generated(`new-${stack}`, stack),
    ]),
  ])('of %s can be deployed to every environment, and no request fails meanwhile', async (service, texts) => {
    expect(environments.length).toBeGreaterThan(1);
    for (const environment of environments) {
      const { objects, sources } = render(service, await texts(), environment);
      expect(downtimeRisks(service, objects, sources)).toEqual([]);
      const route = objects.find(({ kind }) => kind === 'HTTPRoute') as { spec?: { hostnames?: string[] } } | undefined;
      expect(route?.spec?.hostnames?.[0]).toBe(environment.variables['ROUTE_HOSTNAME']);
      // The gateway's /<service>/metrics is the service's /metrics, on the port of its requests: no metrics are there.
      expect(reachedBy(route!, objects)).toEqual([['http', 8080]]);
    }
  });
});
