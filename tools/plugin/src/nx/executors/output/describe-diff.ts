import type { ApiChanges } from '../../../model/changes/api/api-changes.ts';
import { describeOperationChanges } from '../../../model/changes/describe-changes.ts';
import { shortCommit } from '../../../model/commits/commit.ts';
import type { BuildNumber } from '../../../model/release/build-number.ts';
import type { ChangeSet } from '../../../ports/cluster.ts';
import type { CheckoutDiff } from '../../../use-cases/deploy/diff.ts';
import type { DoorChange, DoorChanges } from '../../../use-cases/facade/door-changes.ts';
import { describeChangeSet } from './describe-change-set.ts';

/** Which service is compared with which environment. */
interface Compared {
  readonly service: string;
  readonly environment: string;
}

/** Returns lines that show what deploying a release would change. */
export function describeReleaseDiff(
  { service, environment }: Compared,
  {
    buildNumber,
    changes,
    door,
  }: { readonly buildNumber: BuildNumber; readonly changes: ChangeSet; readonly door?: DoorChanges },
): string[] {
  const isDifferent = changes.length > 0 || differsAtDoor(door);
  const title = isDifferent
    ? `${service} ${buildNumber} would change in ${environment}:`
    : `${service} ${buildNumber}: no difference to ${environment}`;
  return [title, ...describeChangeSet(changes), ...describeDoorChanges(door)];
}

/** Reports whether clients of a door would get something else, as far as that is known. */
export function differsAtDoor(door: DoorChanges | undefined): boolean {
  return door !== undefined && 'changes' in door && door.changes.length > 0;
}

/** Returns lines that show what releasing the checkout would change. */
export function describeCheckoutDiff(
  { service, environment }: Compared,
  { running, commit, uncommitted, isRebuilt, changes, door }: CheckoutDiff,
): string[] {
  const files = uncommitted === 1 ? '1 uncommitted change' : `${uncommitted} uncommitted changes`;
  const checkout = `${shortCommit(commit)}${uncommitted > 0 ? ` with ${files}` : ''}`;
  const where = running ? `${environment}, which runs ${running.buildNumber}` : `${environment}, where it never ran`;
  if (!isRebuilt && changes.length === 0 && !differsAtDoor(door))
    return [`${service} at ${checkout}: no difference to ${where}`, ...describeDoorChanges(door)];
  return [
    `${service} at ${checkout} would change in ${where}:`,
    ...(isRebuilt ? ['  a new image: its content is not that of the release that runs'] : []),
    ...describeChangeSet(changes),
    ...describeDoorChanges(door),
  ];
}

function describeDoorChanges(door: DoorChanges | undefined): string[] {
  if (!door) return [];
  const { instance } = door;
  if ('reason' in door) return [`  APIs at ${instance} cannot be compared: ${door.reason} ${door.remedy}`];
  return door.changes.flatMap((change) => [
    `  API ${change.api} at ${instance}: ${describeRevision(change)}`,
    ...describeDescription(change.description),
    ...(change.settings.length > 0 ? [`    another ${change.settings.join(', ')}`] : []),
    ...change.products.added.map((product) => `    product ${product} added`),
    ...change.products.removed.map((product) => `    product ${product} removed`),
  ]);
}

function describeRevision({ from, to, isMade }: DoorChange): string {
  if (from !== undefined && from === to) return `clients keep revision ${from}`;
  const before = from === undefined ? '; they find no such API yet' : ` instead of ${from}`;
  const revision = to === undefined ? 'a new revision' : `${isMade ? 'the new ' : ''}revision ${to}`;
  return `clients would get ${revision}${before}`;
}

function describeDescription(description: ApiChanges): string[] {
  if (description.state === 'none') return [];
  if (description.state === 'unknown') return [`    its operations cannot be compared: ${description.reason}`];
  if (description.operations.length === 0) return ['    no operation changes: texts or policies do'];
  return describeOperationChanges(description.operations).map((line) => `  ${line}`);
}
