import { fieldChanges } from '../../model/observe/field-changes.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import { writtenName } from '../../model/manifests/config-map-names.ts';
import { doorChanges, type DoorChanges } from '../facade/door-changes.ts';
import { planDeploy, type DeployTarget } from './plan-deploy.ts';
import type { Change, ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** The changes that releasing the checkout would make in an environment. */
export interface CheckoutDiff {
  /** The release that runs there; undefined when none was deployed yet. */
  readonly running: Release | undefined;
  readonly commit: string;
  /** Number of files in the working tree that no commit holds. */
  readonly uncommitted: number;
  /** Reports whether an image would be built, because the content is not that of the release that runs. */
  readonly isRebuilt: boolean;
  readonly changes: ChangeSet;
  /** Undefined where there is no door besides the gateway, or no description. */
  readonly door?: DoorChanges;
}

/**
 * Compares the manifests as they lie on the disk, and the content of the checkout, with what runs in an environment.
 * Changes nothing. The release that runs stands for the one that does not exist yet, so that its number and its image do
 * not drown what was edited.
 * @throws {Refusal} as a deploy.
 */
export async function diffCheckout(
  target: Omit<DeployTarget, 'release' | 'manifests'>,
  ports: ReleasePorts,
  reporter: Reporter,
): Promise<CheckoutDiff> {
  const { service, environment } = target;
  const [records, commit, dirtyPaths, contentHash] = await Promise.all([
    ports.cluster(environment).then((cluster) => cluster.records(service.name)),
    ports.repository.headCommit(),
    ports.repository.dirtyPaths(),
    service.contentHash('working-tree'),
  ]);
  const running = records.find(({ outcome }) => outcome === 'succeeded')?.release;
  const release = running ?? unreleased(service.name, { commit, contentHash }, ports.clock());
  const isRebuilt = running?.contentHash !== contentHash;
  const published = isRebuilt
    ? { ...release, commit, buildNumber: BuildNumber.last(ports.clock()), dirty: true }
    : release;
  const [changes, door] = await Promise.all([
    diff({ ...target, release, manifests: 'working-tree' }, ports, reporter),
    doorChanges({ ...target, release: published }, ports),
  ]);
  const facts = { running, commit, uncommitted: dirtyPaths.length, isRebuilt, changes };
  return { ...facts, ...(door ? { door: isRebuilt ? unnumbered(door) : door } : {}) };
}

/** Leaves away numbers of revisions that would be made: the release has none yet. */
function unnumbered(door: DoorChanges): DoorChanges {
  if ('reason' in door) return door;
  return { ...door, changes: door.changes.map((each) => (each.isMade ? { ...each, to: undefined } : each)) };
}

/** Returns what stands for a release that does not exist yet, where its number and digest do not matter. */
export function unreleased(service: string, source: Pick<Release, 'commit' | 'contentHash'>, now: Date): Release {
  const imageDigest = `sha256:${'0'.repeat(64)}` as const;
  return { service, buildNumber: BuildNumber.first(now), ...source, imageDigest, dirty: false };
}

/**
 * Returns the changes that deploying a release would make, by object and field. Changes nothing.
 * @returns only what changes. A ConfigMap whose name has a hash of its content is compared with the one it follows.
 * @throws {Refusal} as a deploy.
 */
export async function diff(target: DeployTarget, ports: ReleasePorts, reporter: Reporter): Promise<ChangeSet> {
  const service = target.service.name;
  const { cluster, objects, changes } = await planDeploy(target, ports, reporter);
  const [records, deleted] = await Promise.all([
    cluster.records(service),
    cluster.prune(service, objects, { dryRun: true }),
  ]);
  const before = records.find(({ outcome }) => outcome === 'succeeded')?.manifests ?? [];
  return [
    ...changes
      .filter(({ action }) => action !== 'unchanged')
      .map((change) => (change.action === 'created' ? comparedWithBefore(change, objects, before) : change)),
    ...deleted,
  ];
}

function comparedWithBefore(
  change: Change,
  objects: readonly KubernetesObject[],
  before: readonly KubernetesObject[],
): Change {
  const created = objects.find(({ kind, metadata }) => kind === change.kind && metadata.name === change.name);
  const name = created && writtenName(created);
  const followed = before.find((object) => object.kind === change.kind && writtenName(object) === name);
  if (!created || !followed || name === created.metadata.name) return change;
  const fields = fieldChanges(followed, created).filter(({ path }) => path !== 'metadata.name');
  return { ...change, fields };
}
