import { createHash } from 'node:crypto';
import { canonicalText } from '../../model/plan/canonical-text.ts';
import { withoutActor } from '../../model/plan/planned-work.ts';
import type { RollbackPlan } from './rollback.ts';

/** Returns a text that is another one where going back would do something else; whoever does it, and why, is none of it. */
export function rollbackFingerprint({
  from,
  release,
  objects,
  changes,
  hold,
  endedHold,
  publication,
}: Pick<RollbackPlan, 'from' | 'release' | 'objects' | 'changes' | 'hold' | 'endedHold' | 'publication'>): string {
  const changed = changes.filter(({ action }) => action !== 'unchanged');
  const lists = [changed, objects.map(withoutActor), publication?.toPlan() ?? []].map((list) =>
    list.map(canonicalText).sort(),
  );
  const facts = {
    leaves: `${from.release.buildNumber}`,
    goesTo: `${release.buildNumber}`,
    digest: release.imageDigest,
    commit: release.commit,
    holds: hold && `${hold.buildNumber}`,
    ends: endedHold && `${endedHold.buildNumber}`,
  };
  return createHash('sha256').update(canonicalText({ facts, lists })).digest('hex');
}
