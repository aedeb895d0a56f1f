import { allEnded } from '../../../model/concurrency/all-ended.ts';
import { describeObject } from '../../../model/manifests/kubernetes-object.ts';
import { kindRank } from '../../../model/manifests/kind-order.ts';
import { explainApiError } from '../client/api-error.ts';
import { patchObject } from '../deploy/patch-object.ts';
import { generateValues } from './generate-values.ts';
import type { ConfigurationPlace, PlannedConfiguration } from './plan-configuration.ts';

/**
 * Applies a plan: kind after kind, objects of the same kind at once, those that are equal not at all.
 * @param signal stops it between two kinds. @throws its reason then.
 */
export async function applyConfiguration(
  place: ConfigurationPlace,
  plan: readonly PlannedConfiguration[],
  signal: AbortSignal,
): Promise<void> {
  const ranks = [...new Set(plan.map(({ sent }) => kindRank(sent.kind)))].sort((a, b) => a - b);
  for (const rank of ranks) {
    signal.throwIfAborted();
    const group = plan.filter(({ sent }) => kindRank(sent.kind) === rank);
    await allEnded(group.map((planned) => applyObject(place, planned)));
  }
}

async function applyObject({ api, manager }: ConfigurationPlace, planned: PlannedConfiguration): Promise<void> {
  const { change, path, sent } = planned;
  // What another environment holds is written nevertheless: as long as both have it, neither takes it away.
  if (change.action === 'unchanged' && !change.heldBy) return;
  try {
    const applied = await patchObject(api, path, sent, { force: 'true', fieldManager: manager });
    await generateValues(api, path, sent, applied);
  } catch (error) {
    throw explainApiError(error, `apply ${describeObject(sent)}`, api, sent);
  }
}
