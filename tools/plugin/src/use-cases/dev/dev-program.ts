import { bundleCommand, nodeArguments, type BundleCommand } from '../../model/dev/dev-command.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { unreleased } from '../deploy/diff.ts';
import { renderRelease } from '../deploy/plan-deploy.ts';
import type { DevPorts, DevRequest } from './dev-request.ts';

/** How a service is run from its sources: as a bundle that we make and restart, or by a tool that does both. */
export type DevProgram =
  | {
      readonly by: 'bundle';
      readonly bundle: BundleCommand;
      /** Where the bundle is put. */
      readonly file: string;
      /** Arguments of Node.js, the bundle's path among them. */
      readonly argv: readonly string[];
    }
  | { readonly by: 'tool'; readonly command: readonly string[] };

/** Finds how a service is run. @throws {Refusal} when nothing says how. */
export function findProgram(
  { service, build, command }: DevRequest,
  { machine }: Pick<DevPorts, 'machine'>,
): DevProgram {
  if (command) return { by: 'tool', command };
  const dockerfile = machine.textOf(`${service.root}/Dockerfile`) ?? '';
  const bundle = bundleCommand(build, service.root, dockerfile);
  if (!bundle) {
    throw new Refusal({
      type: 'no-dev-command',
      doing: `develop ${service.name}`,
      reason: `${service.root}/project.json does not say how: its target "build" calls neither esbuild nor a script, and its target "dev" has no command.`,
      remedy: `Give it one that reloads automatically: "dev": { "options": { "command": ["air"] } } (docs/dev.md).`,
    });
  }
  const file = `${machine.temp}/dist/${bundle.fileName}`;
  const args = nodeArguments(dockerfile, bundle.fileName);
  return { by: 'bundle', bundle, file, argv: [...args, file] };
}

/** Renders the service's manifests as they lie on the disk, for the environment. @throws {Refusal} for what is wrong in them. */
export async function checkoutObjects(
  { service, environment, environmentNames, actor }: DevRequest,
  { release: ports }: Pick<DevPorts, 'release'>,
): Promise<{ readonly objects: readonly KubernetesObject[]; readonly commit: string }> {
  const commit = await ports.repository.headCommit();
  // What has no release has no content either that anybody would compare.
  const release = unreleased(service.name, { commit, contentHash: `sha256:${'0'.repeat(64)}` }, ports.clock());
  const how = { manifests: 'working-tree', allowDowntime: true, adopt: false } as const;
  const target = { service, environment, environmentNames, actor, release, ...how };
  const { objects } = await renderRelease(target, ports, { step() {}, detail() {}, warn() {} });
  return { objects, commit };
}
