import { Refusal } from '../../errors/product-error.ts';
import type { Environment } from '../../environment/environment.ts';
import { parseDuration } from '../../text/duration.ts';
import { annotation } from '../../product/wire-names.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import type { Manifest } from '../source/manifest.ts';

/** How much a rollout may suffer of what ends by itself in most cases, before it has failed. */
export interface RolloutPatience {
  /** How often a container of a new pod may end. */
  readonly allowedRestarts: number;
  /** Milliseconds that one trouble of a pod may last. */
  readonly graceMs: number;
}

/** A service may come before what it needs, and a cluster takes a moment for most things. */
export const usualPatience: RolloutPatience = { allowedRestarts: 2, graceMs: 60_000 };

/** Returns the patience that a workload asks for by its annotations; those that cannot be read say nothing. */
export function patienceOf({ metadata }: KubernetesObject): Partial<RolloutPatience> {
  const restarts = restartsIn(metadata.annotations?.[annotation.allowedRestarts]);
  const graceMs = parseDuration(metadata.annotations?.[annotation.rolloutGrace]?.trim() ?? '');
  return {
    ...(restarts === undefined ? {} : { allowedRestarts: restarts }),
    ...(graceMs === undefined ? {} : { graceMs }),
  };
}

/** Returns the patience that an environment asks for. */
export function patienceIn({ rollout = {} }: Pick<Environment, 'rollout'>): Partial<RolloutPatience> {
  const graceMs = parseDuration(rollout.grace ?? '');
  return {
    ...(rollout.restarts === undefined ? {} : { allowedRestarts: rollout.restarts }),
    ...(graceMs === undefined ? {} : { graceMs }),
  };
}

/** @throws {Refusal} naming file and object of an annotation that cannot be read. */
export function refuseBadPatience(manifests: readonly Manifest[]): void {
  for (const { object, source } of manifests) {
    const { [annotation.allowedRestarts]: restarts, [annotation.rolloutGrace]: grace } =
      object.metadata.annotations ?? {};
    const bad =
      restarts !== undefined && restartsIn(restarts) === undefined
        ? ([annotation.allowedRestarts, restarts, 'a whole number, in quotes: "5"'] as const)
        : grace !== undefined && parseDuration(grace.trim()) === undefined
          ? ([annotation.rolloutGrace, grace, 'a time such as 90s or 5m'] as const)
          : undefined;
    if (!bad) continue;
    const [name, value, wanted] = bad;
    throw new Refusal({
      type: 'bad-manifest',
      doing: 'read the Kubernetes manifests',
      reason: `${source.at(['metadata', 'annotations', name])}: ${describeObject(object)} has ${name}: "${value.slice(0, 80)}".`,
      remedy: `Write ${wanted}.`,
    });
  }
}

function restartsIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,4}$/.test(text.trim()) ? Number(text) : undefined;
}
