import {
  configMapsOf,
  declaredVariables,
  resolveVariables,
  sourcesOf,
  type Lookup,
  type MissingVariable,
  type ValueSource,
} from '../../model/dev/container-variables.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import type { DevPorts, DevRequest } from './dev-request.ts';

/** Returns the path of the file whose variables override all others, relative to the workspace's root. */
export function ownVariablesFile({ service }: Pick<DevRequest, 'service'>): string {
  return `${service.root}/.env`;
}

/**
 * Returns the variables that a service's container gets in the environment: of its manifests as they lie on the disk, and
 * of what they refer to in the cluster, where the user may read that. Warns of those that are missing, and prints no value.
 */
export async function containerVariables(
  objects: readonly KubernetesObject[],
  request: Pick<DevRequest, 'service' | 'environment'>,
  { machine, devCluster, output }: Pick<DevPorts, 'machine' | 'devCluster' | 'output'>,
): Promise<Record<string, string>> {
  const { service, environment } = request;
  const declarations = declaredVariables(objects, service.name);
  const ofManifests = configMapsOf(objects);
  const read = new Map<string, Readonly<Record<string, string>>>();
  const reasons = new Map<string, string>();
  const unknown = sourcesOf(declarations).filter((source) => ofManifests(source) === undefined);
  await Promise.all(
    unknown.map(async (source) => {
      try {
        read.set(keyOf(source), await (await devCluster()).valuesOf(source));
      } catch (error) {
        reasons.set(keyOf(source), error instanceof ProductError ? error.facts.reason : String(error));
      }
    }),
  );
  const lookup: Lookup = (source) => ofManifests(source) ?? read.get(keyOf(source));
  const { variables, missing } = resolveVariables(declarations, lookup);
  const file = ownVariablesFile(request);
  const own = machine.variablesIn(file);
  for (const each of missing) {
    if (each.name !== undefined && each.name in own) continue;
    const { kind, name } = each.from;
    const why = reasons.get(keyOf(each.from)) ?? `It has no key ${each.from.key ?? ''}.`;
    output.warn(`${subject(each)} of the ${kind} ${name} in ${environment.name}: not set. ${why} Set it in ${file}.`);
  }
  return variables;
}

function subject({ name }: MissingVariable): string {
  return name ?? 'the variables';
}

function keyOf({ kind, name }: ValueSource): string {
  return `${kind} ${name}`;
}
