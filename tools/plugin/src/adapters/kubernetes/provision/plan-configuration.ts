import type { BuildNumber } from '../../../model/release/build-number.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { FieldChange } from '../../../model/observe/field-changes.ts';
import { inKindOrder } from '../../../model/manifests/kind-order.ts';
import { missingKeysOf } from '../../../model/manifests/rules/generated-values.ts';
import { otherOwnerOf } from '../../../model/manifests/rules/ownership.ts';
import { sentence } from '../../../model/text/sentence.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { ConfigurationChange } from '../../../ports/cluster-configuration.ts';
import { commonPart } from '../../../model/provision/common-part.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { combineRefusals, dryRun, tryAll, tryObject, type ObjectRules } from '../deploy/plan.ts';
import type { Resources } from '../client/resources.ts';
import { isLocked } from '../../../model/manifests/source/encrypted-secrets.ts';
import { compareLocked, compareUntried, fingerprintOf } from './compare-untried.ts';
import { NewerHolders } from './newer-holders.ts';
import { objectName } from '../../../model/product/wire-names.ts';

/** Where, and as what, objects are tried whose namespace is still to be made. */
const trial = { namespace: 'default', name: objectName.dryRun };

/** Characters of an answer that are told. */
const longestReason = 300;

/** Where the configuration of one environment is written, and by which name. */
export interface ConfigurationPlace {
  readonly api: KubernetesApi;
  readonly resources: Resources;
  /** Namespace of the environment: that of objects that name none. */
  readonly home: string;
  readonly manager: string;
  /** True where what this account may not try is compared with what is there instead. */
  readonly mayCompare?: boolean;
}

/** One object, and what applying it would do. */
export interface PlannedConfiguration {
  readonly change: ConfigurationChange;
  readonly path: string;
  readonly sent: KubernetesObject;
}

/**
 * Dry-runs all objects on the server, in kind order. Changes nothing.
 * @throws {Refusal} naming every object that the server, or its owner, would not let us write.
 */
export async function planConfiguration(
  place: ConfigurationPlace,
  objects: readonly KubernetesObject[],
  version?: BuildNumber,
): Promise<PlannedConfiguration[]> {
  const coming = await comingNamespaces(place, objects);
  const holders = new NewerHolders(place.api, version);
  const { done, refusals } = await tryAll(inKindOrder(objects), (object) =>
    planObject(place, object, { coming, holders }),
  );
  if (refusals.length > 0) throw combineRefusals(refusals);
  return done;
}

/** Returns the names of namespaces that are among the objects and not there yet. */
export async function comingNamespaces(
  { api, resources, home }: ConfigurationPlace,
  objects: readonly KubernetesObject[],
): Promise<ReadonlySet<string>> {
  const namespaces = objects.filter(({ kind, apiVersion }) => kind === 'Namespace' && apiVersion === 'v1');
  const { done, refusals } = await tryAll(namespaces, async (object) => {
    try {
      const found = await api.get((await resources.placeOf(object, home)).path);
      return found ? [] : [object.metadata.name];
    } catch (error) {
      throw explainApiError(error, `look for ${describeObject(object)}`, api, object);
    }
  });
  if (refusals.length > 0) throw combineRefusals(refusals);
  return new Set(done.flat());
}

async function planObject(
  place: ConfigurationPlace,
  object: KubernetesObject,
  { coming, holders }: { readonly coming: ReadonlySet<string>; readonly holders: NewerHolders },
): Promise<PlannedConfiguration> {
  const { api, resources, home, manager } = place;
  const doing = `check ${describeObject(object)} with the cluster`;
  try {
    const { path, namespace } = await resources.placeOf(object, home);
    const sent = namespace === undefined ? object : within(object, namespace);
    const { apiVersion, kind, metadata } = object;
    const what = { apiVersion, kind, name: metadata.name, ...(namespace === undefined ? {} : { namespace }) };
    if (namespace !== undefined && coming.has(namespace)) {
      const untried = await tryElsewhere(place, sent);
      const change: ConfigurationChange = { ...what, action: 'created', isElsewhere: true };
      return { change: untried === undefined ? change : { ...change, untried }, path, sent };
    }
    const rules = rulesFor(sent, manager, namespace);
    if (isLocked(sent)) return { change: { ...what, ...(await compareLocked(api, path, sent)) }, path, sent };
    const first = await tryObject(api, path, rules).catch((error: unknown) => {
      if (isMissingNamespace(error)) throw noNamespace(object, namespace);
      if (!place.mayCompare) throw error;
      return compareUntried(api, path, { sent, cause: error });
    });
    if ('isCompared' in first) return { change: { ...what, ...first }, path, sent };
    const heldBy = await holders.of(first.takenOver ?? []);
    // Its own part is what it has in common with the newer one.
    const toSend = (there?: KubernetesObject) => (there ? commonPart(sent, there) : sent);
    const tried = heldBy ? await tryObject(api, path, { ...rules, toSend }) : first;
    const { takenOver, live } = tried;
    const generated = live ? generatedChanges(object, live) : [];
    const fields = [...(tried.fields ?? []), ...generated];
    const change: ConfigurationChange = {
      ...what,
      action: tried.action === 'unchanged' && generated.length > 0 ? 'configured' : tried.action,
      ...(takenOver ? { takenOver } : {}),
      ...(fields.length > 0 ? { fields } : {}),
      ...(heldBy ? { heldBy } : {}),
      ...(live ? { fingerprint: fingerprintOf(live, sent) } : {}),
    };
    return { change, path, sent: tried.sent };
  } catch (error) {
    throw explainApiError(error, doing, api, object);
  }
}

/** Nobody's part becomes ours, kubectl's neither: others may have theirs in the same object. */
function rulesFor(sent: KubernetesObject, manager: string, namespace: string | undefined): ObjectRules {
  return {
    manager,
    refuseForeign: (live) => {
      const owner = otherOwnerOf(live, '');
      if (owner !== undefined) throw foreignObject(sent, namespace, owner);
    },
    toSend: () => sent,
  };
}

/** Values that are made up when the plan is applied. */
function generatedChanges(object: KubernetesObject, live: KubernetesObject): FieldChange[] {
  return missingKeysOf(object, live).map((key) => ({ path: `data.${key}`, from: undefined, to: '***' }));
}

/**
 * Lets the server read an object in a namespace that there is, so that a mistake in it is told before anything is made.
 * @returns why it could not be tried there: who provisions need not have rights there, and policies of that namespace say
 * nothing of the one that is to be made. There it is tried once that is made, before it is written.
 */
async function tryElsewhere(
  { api, resources, manager }: ConfigurationPlace,
  sent: KubernetesObject,
): Promise<string | undefined> {
  const tried = { ...sent, metadata: { ...sent.metadata, ...trial } };
  const { path } = await resources.placeOf(tried, trial.namespace);
  try {
    await dryRun(api, path, tried, { manager });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && isAdmissions(error)) return sentence(error.message, longestReason);
    throw error;
  }
}

/** Reports whether an answer is of the authorizer, a quota, a policy or a webhook, rather than of who reads objects. */
function isAdmissions({ code, message }: ApiError): boolean {
  return (
    code === 403 || /admission webhook .* denied|ValidatingAdmissionPolicy .* denied|calling webhook/.test(message)
  );
}

function within(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function isMissingNamespace(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404 && /namespaces ".*" not found/.test(error.message);
}

function noNamespace(object: KubernetesObject, namespace: string | undefined): Refusal {
  return new Refusal({
    type: 'no-namespace',
    doing: `check ${describeObject(object)} with the cluster`,
    reason: `${describeObject(object)} belongs to the namespace "${namespace}", which is neither in the cluster nor among the manifests.`,
    remedy: 'Correct its name, or add the Namespace to the manifests.',
  });
}

function foreignObject(object: KubernetesObject, namespace: string | undefined, owner: string): Refusal {
  const where = namespace === undefined ? '' : ` in the namespace ${namespace}`;
  return new Refusal({
    type: 'foreign-object',
    doing: `check ${describeObject(object)} with the cluster`,
    reason: `${describeObject(object)} exists already${where} and belongs to ${owner}.`,
    remedy: `Give the manifest's object another name, or remove that one from ${owner}.`,
  });
}
