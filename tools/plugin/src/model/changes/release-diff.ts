import type { ApiChanges } from './api/api-changes.ts';
import type { BuildNumber } from '../release/build-number.ts';
import { shortCommit, type Commit } from '../commits/commit.ts';
import type { DependencyChange } from './dependencies/dependency-changes.ts';
import type { MovedBaseImage } from '../release/moved-base-images.ts';
import type { FieldChange } from '../observe/field-changes.ts';

/** One of the two that are compared. */
export interface ChangesSide {
  /** Where it runs, if that is how it was asked for. */
  readonly environment?: string;
  /** Undefined for a commit that was asked for as that. */
  readonly buildNumber?: BuildNumber;
  /** Full object name. */
  readonly commit: string;
  /** Built from a working tree with changes that no commit holds; what they were is not told. */
  readonly dirty: boolean;
  /** Of an environment with a door besides its gateway, where this release published an API. */
  readonly door?: SideDoor;
}

/** The APIs of a release that clients get at a door, or why that is not known. */
export type SideDoor = { readonly instance: string } & (
  | {
      readonly apis: readonly { readonly api: string; readonly revision: string }[];
      /** How that differs from what was published, as lines. */
      readonly drift: readonly string[];
    }
  | { readonly reason: string; readonly remedy: string }
);

/** A commit that touches the service. */
export interface ServiceCommit extends Commit {
  /** Where it can be looked at; undefined where the origin has no web pages. */
  readonly url?: string;
  /** Numbers of the pull requests by which it came in. */
  readonly pullRequests: readonly number[];
}

/** A pull request by which commits came in. */
export interface LinkedPullRequest {
  readonly number: number;
  readonly title?: string;
  readonly url?: string;
}

/** A change of one object of the manifests. */
export interface ManifestChange {
  readonly kind: string;
  /** As it was written: of a ConfigMap without the hash of its content. */
  readonly name: string;
  readonly action: 'created' | 'configured' | 'deleted';
  /** Of an object that is there on both sides. Secrets are masked. */
  readonly fields: readonly FieldChange[];
}

/** The changes of the manifests, or the reason why they cannot be compared. */
export type ManifestChanges =
  | {
      readonly state: 'compared';
      /** For which they were made, on both sides with what its file says now. */
      readonly environment: string;
      readonly changes: readonly ManifestChange[];
    }
  | { readonly state: 'unknown'; readonly reason: string };

/** The differences between two releases of a service, from the older to the newer one. */
export interface ReleaseDiff {
  readonly service: string;
  readonly from: ChangesSide;
  readonly to: ChangesSide;
  /** Those that the newer one has and the older one has not, newest first. */
  readonly commits: readonly ServiceCommit[];
  /** Those that the older one has and the newer one has not: another branch, or a history that was rewritten. */
  readonly lostCommits: readonly ServiceCommit[];
  /** True when a part of the history could not be read, so that there may be more or fewer commits. */
  readonly isHistoryCut: boolean;
  /** Of `commits`, who made most first. */
  readonly authors: readonly { readonly name: string; readonly commits: number }[];
  /** Of `commits`, newest first. */
  readonly pullRequests: readonly LinkedPullRequest[];
  readonly api: ApiChanges;
  readonly manifests: ManifestChanges;
  /** Images below that of the service whose tags named others when the newer one was built. Left away where there are none. */
  readonly baseImages?: readonly MovedBaseImage[];
  readonly dependencies: {
    readonly changes: readonly DependencyChange[];
    /** The parts that could not be read, as sentences. */
    readonly unknown: readonly string[];
  };
}

/** Reports whether it is certain that nothing that matters to the service differs. */
export function isUnchanged(changes: ReleaseDiff): boolean {
  return changes.baseImages === undefined && isSameSource(changes);
}

/** Reports whether that is so of all but what it is built on. */
export function isSameSource({ from, to, api, manifests, dependencies, ...history }: ReleaseDiff): boolean {
  const isKnown = !history.isHistoryCut && !from.dirty && !to.dirty && dependencies.unknown.length === 0;
  return (
    isKnown &&
    history.commits.length === 0 &&
    history.lostCommits.length === 0 &&
    (api.state === 'none' || (api.state === 'compared' && api.operations.length === 0)) &&
    manifests.state === 'compared' &&
    manifests.changes.length === 0 &&
    dependencies.changes.length === 0
  );
}

/** `20261126-2`, or `commit 9f8e7d6c5b4a`. */
export function nameOfSide({ buildNumber, commit }: ChangesSide): string {
  return buildNumber?.toString() ?? `commit ${shortCommit(commit)}`;
}

/** `what prod would get from preprod`: who reads the changes, and what for. */
export function purposeOf({ from, to }: Pick<ReleaseDiff, 'from' | 'to'>): string {
  if (from.environment !== undefined)
    return `what ${from.environment} would get${to.environment === undefined ? '' : ` from ${to.environment}`}`;
  return to.environment === undefined ? 'what changed' : `what ${to.environment} got`;
}

/** Returns lines that say what clients get of a side: `clients get API orders 20261124-1 at shop-apim`. */
export function describeSideDoor(door: SideDoor | undefined): string[] {
  if (!door) return [];
  const { instance } = door;
  if ('reason' in door) return [`what clients get at ${instance} is not known: ${door.reason} ${door.remedy}`];
  const apis = door.apis.map(({ api, revision }) => `API ${api} ${revision}`);
  return [
    ...(apis.length > 0 ? [`clients get ${apis.join(', ')} at ${instance}`] : []),
    ...door.drift.map((line) => `${line} (${instance})`),
  ];
}
