import type { CanaryPlan } from '../deploy/deployment-record.ts';
import { actorAnnotations, annotation } from '../product/wire-names.ts';
import { isMap } from '../manifests/source/object-fields.ts';
import { shellWord } from '../text/shell-word.ts';

/** The effect of a command: all that is approved of, and nothing of who does it and when. */
export interface PlannedWork {
  readonly action: 'deploy' | 'promote' | 'provision' | 'publish';
  /** The service; undefined for the clusters' configuration. */
  readonly service?: string | undefined;
  readonly environment: string;
  /** The environment that the release proved itself in. */
  readonly from?: string | undefined;
  /** The build, or the version of the configuration, as a text; undefined for a configuration that has none yet. */
  readonly build?: string | undefined;
  /** The build or the version that is there. */
  readonly replaces?: string | undefined;
  /** Of the image. */
  readonly digest?: string | undefined;
  readonly commit: string;
  readonly contentHash?: string | undefined;
  readonly canary?: CanaryPlan | undefined;
  /** The changes of objects in the cluster; in no order. */
  readonly differences: readonly PlannedDifference[];
  /** The whole objects, as they are written; in no order. */
  readonly objects: readonly unknown[];
  /** The revisions of APIs that clients would get; in no order. */
  readonly publishes: readonly unknown[];
  /** The options that override something: `--force`; in no order. */
  readonly options: readonly string[];
  /** Further options, as the command needs them typed again: the reason. They say nothing of what is done, and are no part of the plan. */
  readonly retyped?: readonly string[] | undefined;
}

/** A change of one object. */
export interface PlannedDifference {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  /** `created`, `configured`, `deleted`. */
  readonly action: string;
  readonly fields?: unknown;
  /** Fields that are taken from others. */
  readonly takenOver?: readonly string[] | undefined;
}

/** The options of commands that are part of what is approved. */
export interface OverridingOptions {
  readonly force?: boolean | undefined;
  /** A text is in the manifests then. */
  readonly allowDowntime?: boolean | string | undefined;
  readonly allowBreaking?: boolean | undefined;
  readonly adopt?: boolean | undefined;
}

/** Returns those that are given, as they are typed. */
export function typedOverrides({ force, allowDowntime, allowBreaking, adopt }: OverridingOptions): string[] {
  const given = {
    '--force': force,
    '--allow-downtime': allowDowntime === true,
    '--allow-breaking': allowBreaking,
    '--adopt': adopt,
  };
  return Object.entries(given).flatMap(([option, isGiven]) => (isGiven ? [option] : []));
}

/** Returns the reason as it is typed, if there is one. */
export function typedReason(reason: string | undefined): string[] {
  return reason === undefined ? [] : [`--reason=${shellWord(reason)}`];
}

const ofNobody = new Set([...actorAnnotations, annotation.created]);

/** Returns an object without what says who writes it, and from which run: another person would do the same. */
export function withoutActor(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutActor);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      if (key !== 'annotations' || !isMap(field)) return [key, withoutActor(field)];
      return [key, Object.fromEntries(Object.entries(field).filter(([name]) => !ofNobody.has(name)))];
    }),
  );
}
