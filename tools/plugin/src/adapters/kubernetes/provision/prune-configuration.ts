import { fieldChanges } from '../../../model/observe/field-changes.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { inKindOrder } from '../../../model/manifests/kind-order.ts';
import { annotation, provisioningManager } from '../../../model/product/wire-names.ts';
import { keyOf, type ProvisionedObject } from '../../../model/provision/provisioning-record.ts';
import { generatedKeysOf } from '../../../model/manifests/rules/generated-values.ts';
import type { ConfigurationChange } from '../../../ports/cluster-configuration.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import { isAppliedBy, managedFieldsOf } from '../deploy/managed-fields.ts';
import { patchObject } from '../deploy/patch-object.ts';
import { combineRefusals, tryAll } from '../deploy/plan.ts';
import { isUnknownKind } from '../client/resources.ts';
import type { ConfigurationPlace } from './plan-configuration.ts';

/** Kinds that hold what cannot be made again, or all that others have put into them: they are left to people. */
const neverPruned: readonly string[] = [
  'Namespace',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'CustomResourceDefinition',
];

/**
 * Takes away what was written formerly and is no longer wanted: deletes what this environment's configuration created
 * and has for itself, and lets go of its fields in what others have too.
 */
export async function pruneConfiguration(
  place: ConfigurationPlace,
  former: readonly ProvisionedObject[],
  objects: readonly KubernetesObject[],
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<ConfigurationChange[]> {
  const wanted = new Set(
    await Promise.all(
      objects.map(async (object) => {
        const { namespace } = await place.resources.placeOf(object, place.home);
        const { apiVersion, kind, metadata } = object;
        return keyOf({ apiVersion, kind, name: metadata.name, ...(namespace === undefined ? {} : { namespace }) });
      }),
    ),
  );
  const gone = former.filter((each) => !wanted.has(keyOf(each)) && !neverPruned.includes(each.kind));
  const ordered = inKindOrder(gone.map((each) => ({ ...each, metadata: { name: each.name } }))).reverse();
  const { done, refusals } = await tryAll(ordered, (each) => takeAway(place, each, dryRun));
  if (refusals.length > 0) throw combineRefusals(refusals);
  return done.flat();
}

async function takeAway(
  { api, resources, home, manager }: ConfigurationPlace,
  former: ProvisionedObject,
  dryRun: boolean,
): Promise<ConfigurationChange[]> {
  const { apiVersion, kind, name, namespace } = former;
  const what = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const bare: KubernetesObject = {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
  try {
    const { path } = await resources.placeOf(bare, home);
    const live = await api.get(path);
    const owners = live ? managedFieldsOf(live) : [];
    // Somebody has put another in its place, or has taken it over.
    if (!live || !owners.some(isAppliedBy(manager))) return [];
    // Values that were made up are nowhere else: whoever has a database's password last has the database.
    if (live.metadata.annotations?.[annotation.keep] === 'true' || generatedKeysOf(live).length > 0) return [];
    const isShared = owners.some(
      ({ manager: other = '' }) => other !== manager && other.startsWith(provisioningManager.prefix),
    );
    if (former.created && !isShared) {
      if (!dryRun) await api.send('DELETE', path, { body: deletionOf(live) });
      return [{ ...what, action: 'deleted' }];
    }
    const query = { force: 'true', fieldManager: manager };
    const next = await patchObject(api, path, bare, { ...query, dryRun: 'All' });
    if (!dryRun) await patchObject(api, path, bare, query);
    return [{ ...what, action: 'configured', fields: fieldChanges(live, next) }];
  } catch (error) {
    // It went with its kind.
    if (isUnknownKind(error)) return [];
    // It went by itself, or is another one by now.
    if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return [];
    throw explainApiError(error, `delete ${describeObject(bare)}`, api, bare);
  }
}

/** Only what was looked at, not what somebody put in its place since. */
function deletionOf(live: KubernetesObject) {
  return { propagationPolicy: 'Background', preconditions: { uid: live.metadata['uid'] } };
}
