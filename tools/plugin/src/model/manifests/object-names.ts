import { describeObject, type KubernetesObject } from './kubernetes-object.ts';
import { Refusal } from '../errors/product-error.ts';
import { apiGroup } from './source/object-fields.ts';
import type { Manifest } from './source/manifest.ts';
import { objectName } from '../product/wire-names.ts';

/** The pattern of names for nearly all kinds. */
const usualName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
/** Roles may be called like `system:node`. */
const roleName = /^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/;
const longestName = 253;

/**
 * Checks the names of objects. The server does not check all of them: it takes a PodDisruptionBudget of any name, and of
 * others it makes parts of a path.
 * @throws {Refusal} naming file and object.
 */
export function refuseBadNames(manifests: readonly Manifest[]): void {
  const mistakes = manifests.flatMap(({ object, source }) => {
    const { name } = object.metadata;
    if (isOwn(object))
      return [`${source}: ${describeObject(object)} is reserved for locks and records of deployments.`];
    const shape = apiGroup(object) === 'rbac.authorization.k8s.io' ? roleName : usualName;
    if (shape.test(name) && name.length <= longestName) return [];
    return [`${source}: the ${object.kind} cannot be named "${name.slice(0, 80)}".`];
  });
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'bad-name',
    doing: 'read the Kubernetes manifests',
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} objects have invalid names.`,
    remedy: `Rename it. A name has lower-case letters, digits, "-" and ".", begins and ends with a letter or digit, and has at most ${longestName} of them.`,
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}

/**
 * Reports whether this tool keeps such objects itself: a manifest of one would be a lock that is taken, or a false
 * record.
 */
function isOwn({ kind, metadata: { name } }: KubernetesObject): boolean {
  return (kind === 'Lease' || kind === 'ControllerRevision') && name.startsWith(objectName.ownPrefix);
}
