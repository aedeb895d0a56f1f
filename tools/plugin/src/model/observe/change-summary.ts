import { annotation, label } from '../product/wire-names.ts';
import type { FieldChange } from './field-changes.ts';

/** A deploy's action on one object. */
interface ObjectChange {
  readonly kind: string;
  readonly name: string;
  readonly action: string;
  readonly takenOver?: readonly string[];
  readonly fields?: readonly FieldChange[];
}

/** Names of labels and annotations that differ from release to release. */
const versionNames: readonly string[] = [
  label.version,
  annotation.buildNumber,
  annotation.commit,
  annotation.imageDigest,
  annotation.contentHash,
  annotation.dirty,
];

/**
 * Returns `ConfigMap orders-1a2b created, Deployment orders configured, 4 unchanged but for the version`: what really
 * changes stands out.
 */
export function describeChangeSummary(changes: readonly ObjectChange[]): string {
  const isNamed = (change: ObjectChange) => change.action !== 'unchanged' && !changesVersionOnly(change);
  const named = changes.filter(isNamed).map(({ kind, name, action }) => `${kind} ${name} ${action}`);
  const others = changes.length - named.length;
  const unchanged = changes.some(changesVersionOnly) ? 'unchanged but for the version' : 'unchanged';
  return [...named, ...(others > 0 ? [`${others} ${unchanged}`] : [])].join(', ');
}

/** Reports whether nothing but the version differs in an object: a Service, say, that the release leaves as it is. */
export function changesVersionOnly({ action, fields = [], takenOver = [] }: ObjectChange): boolean {
  const isVersion = ({ path }: FieldChange) =>
    versionNames.some((name) => path === `metadata.labels.${name}` || path === `metadata.annotations.${name}`);
  return action === 'configured' && takenOver.length === 0 && fields.length > 0 && fields.every(isVersion);
}
