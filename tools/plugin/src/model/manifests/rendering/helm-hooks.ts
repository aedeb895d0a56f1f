import { Refusal } from '../../errors/product-error.ts';
import { annotation } from '../../product/wire-names.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { apiGroup } from '../source/object-fields.ts';
import type { Manifest } from '../source/manifest.ts';

const hookAnnotation = 'helm.sh/hook';
const weightAnnotation = 'helm.sh/hook-weight';
const policyAnnotation = 'helm.sh/resource-policy';
/** Read by Helm alone. */
const read = [
  hookAnnotation,
  weightAnnotation,
  'helm.sh/hook-delete-policy',
  'helm.sh/hook-output-log-policy',
  policyAnnotation,
];

/** Objects of hooks that nothing here would ever make: tests, and what runs when a release is deleted. */
const leftOut = ['test', 'test-success', 'test-failure', 'pre-delete', 'post-delete'];
const beforeRollout = ['pre-install', 'pre-upgrade'];

/** The objects of a chart, by when they are applied. */
export interface ChartObjects {
  readonly objects: Manifest[];
  /** Jobs of hooks before the rollout, in the order of their weights. */
  readonly jobs: Manifest[];
}

/**
 * Sorts a chart's objects by Helm's hooks. Jobs before an upgrade run as the Jobs of a release do; what they need (hooks
 * that are no Jobs) becomes a part of the service; tests, and hooks of deleting, are left out.
 * @throws {Refusal} naming each object with a hook that has no counterpart.
 */
export function withoutHooks(manifests: readonly Manifest[]): ChartObjects {
  const objects: Manifest[] = [];
  const jobs: { readonly manifest: Manifest; readonly weight: number }[] = [];
  const mistakes: string[] = [];
  for (const manifest of manifests) {
    const hooks = hooksOf(manifest.object);
    const why = whyUnsupported(manifest.object, hooks);
    if (why !== undefined) mistakes.push(`${manifest.source}: ${describeObject(manifest.object)} ${why}`);
    else if (hooks.length === 0) objects.push(plain(manifest));
    else if (hooks.every((hook) => leftOut.includes(hook))) continue;
    else if (isJob(manifest.object)) jobs.push({ manifest: plain(manifest), weight: weightOf(manifest.object) });
    else objects.push(plain(manifest));
  }
  if (mistakes.length > 0) throw refusalOf(mistakes);
  // As Helm does: by weight, then by name.
  jobs.sort(
    (a, b) => a.weight - b.weight || (a.manifest.object.metadata.name < b.manifest.object.metadata.name ? -1 : 1),
  );
  return { objects, jobs: jobs.map(({ manifest }) => manifest) };
}

function whyUnsupported(object: KubernetesObject, hooks: readonly string[]): string | undefined {
  const strange = hooks.filter((hook) => ![...leftOut, ...beforeRollout].includes(hook));
  if (strange.length > 0)
    return `is a hook of ${strange.join(', ')}: nothing runs then here. What must run with a release runs before it (pre-upgrade).`;
  if (isJob(object) && hooks.includes('pre-install') && !hooks.includes('pre-upgrade'))
    return 'is a hook of pre-install alone: it would run with every release. Write "pre-install,pre-upgrade" if it may, or run it by hand.';
  return undefined;
}

function hooksOf({ metadata }: KubernetesObject): string[] {
  const written = metadata.annotations?.[hookAnnotation];
  return written === undefined ? [] : written.split(',').map((hook) => hook.trim());
}

function weightOf({ metadata }: KubernetesObject): number {
  const weight = Number(metadata.annotations?.[weightAnnotation] ?? '0');
  return Number.isFinite(weight) ? weight : 0;
}

function isJob(object: KubernetesObject): boolean {
  return object.kind === 'Job' && apiGroup(object) === 'batch';
}

/** Takes off what Helm alone reads; what it is told to keep is kept here, too. */
function plain({ object, source }: Manifest): Manifest {
  const { annotations } = object.metadata;
  if (!annotations || !read.some((name) => name in annotations)) return { object, source };
  const rest = Object.fromEntries(Object.entries(annotations).filter(([name]) => !read.includes(name)));
  const kept = annotations[policyAnnotation] === 'keep' ? { [annotation.keep]: 'true' } : {};
  return { object: { ...object, metadata: { ...object.metadata, annotations: { ...kept, ...rest } } }, source };
}

function refusalOf(mistakes: readonly string[]): Refusal {
  return new Refusal({
    type: 'bad-hook',
    doing: 'sort the objects of the chart',
    reason: mistakes.length === 1 ? mistakes[0]! : `${mistakes.length} objects are hooks that have no counterpart.`,
    remedy: 'Turn them off in the values, or change the chart (docs/manifests.md has a table of hooks).',
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
