import type { ApiChanges, ApiOperationChange } from './api/api-changes.ts';
import {
  describeSideDoor,
  isSameSource,
  isUnchanged,
  nameOfSide,
  purposeOf,
  type ReleaseDiff,
  type ChangesSide,
  type ServiceCommit,
} from './release-diff.ts';
import { describeDependencyChange } from './dependencies/dependency-changes.ts';
import { shortCommit } from '../commits/commit.ts';
import { describeFieldChange } from '../observe/field-changes.ts';
import { escapeControlCharacters } from '../text/escape-control-characters.ts';

/** Lines of one kind that are shown; all are in the JSON. */
const mostShown = 50;

/** Returns lines for a terminal or a log with the differences. */
export function describeReleaseDiff(changes: ReleaseDiff): string[] {
  const { service, from, to } = changes;
  const parts = isUnchanged(changes)
    ? [[`No changes that matter to ${service}.`]]
    : isSameSource(changes)
      ? [['Rebuilt: nothing but what it is built on changed.'], baseImageLines(changes)]
      : [
          commitLines(changes),
          pullRequestLines(changes),
          apiLines(changes.api),
          manifestLines(changes),
          dependencyLines(changes),
          baseImageLines(changes),
        ];
  const lines = [`${service}: ${purposeOf(changes)}`, ...sideLines('from', from), ...sideLines('to', to)];
  for (const part of [warnings(changes), ...parts]) if (part.length > 0) lines.push('', ...part);
  return lines.map(escapeControlCharacters);
}

function sideLines(head: string, side: ChangesSide): string[] {
  return [
    `  ${head.padEnd(4)}  ${describeSide(side)}`,
    ...describeSideDoor(side.door).map((line) => `        ${line}`),
  ];
}

function describeSide(side: ChangesSide): string {
  const { buildNumber, commit, environment, dirty } = side;
  const name = buildNumber === undefined ? nameOfSide(side) : `${buildNumber} of commit ${shortCommit(commit)}`;
  const where = environment === undefined ? '' : `, runs in ${environment}`;
  return `${name}${where}${dirty ? ', built with uncommitted changes' : ''}`;
}

function warnings({ isHistoryCut, from, to }: ReleaseDiff): string[] {
  const cut =
    'A part of the history could not be read: it is too long, or this clone is shallow (`git fetch --unshallow`). There may be more commits.';
  const dirty = 'One of the two was built with uncommitted changes, which are not shown.';
  return [...(isHistoryCut ? [cut] : []), ...(from.dirty || to.dirty ? [dirty] : [])];
}

function commitLines({ commits, lostCommits, authors, from, to }: ReleaseDiff): string[] {
  const by = authors.map(({ name, commits: count }) => `${name} (${count})`);
  const heading = `${counted(commits.length, 'commit')}${by.length > 0 ? ` by ${atMost(by, 10).join(', ')}` : ''}`;
  const lost = `${counted(lostCommits.length, 'commit')} of ${nameOfSide(from)} ${lostCommits.length === 1 ? 'is' : 'are'} not in ${nameOfSide(to)}: another branch, or a history that was rewritten`;
  return [
    heading,
    ...atMost(commits.map(commitLine)),
    ...(lostCommits.length > 0 ? ['', lost, ...atMost(lostCommits.map(commitLine))] : []),
  ];
}

function commitLine({ id, date, author, subject }: ServiceCommit): string {
  return `  ${shortCommit(id)} ${date.slice(0, 10)} ${author}: ${subject.slice(0, 200)}`;
}

function pullRequestLines({ pullRequests }: ReleaseDiff): string[] {
  if (pullRequests.length === 0) return [];
  const lines = pullRequests.map(({ number, title, url }) =>
    [`  #${number}`, title?.slice(0, 200), url].filter((part) => part !== undefined).join('  '),
  );
  return [counted(pullRequests.length, 'pull request'), ...atMost(lines)];
}

function baseImageLines({ baseImages = [] }: ReleaseDiff): string[] {
  if (baseImages.length === 0) return [];
  const lines = baseImages.map(({ image, was, is }) => `  ${image} moved: ${was} → ${is}`);
  return [counted(baseImages.length, 'base image'), ...atMost(lines)];
}

function apiLines(api: ApiChanges): string[] {
  if (api.state === 'none') return [];
  if (api.state === 'unknown') return [`API: cannot be compared. ${api.reason}`];
  if (api.operations.length === 0) return [];
  const breaking = api.operations.filter(({ isBreaking }) => isBreaking).length;
  return [
    `API: ${counted(api.operations.length, 'operation')}, ${breaking === 0 ? 'none' : breaking} breaking`,
    ...describeOperationChanges(api.operations),
  ];
}

/** Returns lines with the changes of an API's operations: those that may break clients are marked. */
export function describeOperationChanges(operations: readonly ApiOperationChange[]): string[] {
  const lines = operations.flatMap(({ operation, change, isBreaking, reasons }) => [
    `  ${operation} ${change}${isBreaking ? ', BREAKING' : ''}`,
    ...reasons.map((reason) => `    ${reason.isBreaking ? '!' : ' '} ${reason.text}`),
  ]);
  return atMost(lines);
}

function manifestLines({ manifests }: ReleaseDiff): string[] {
  if (manifests.state === 'unknown') return [`Manifests: cannot be compared. ${manifests.reason}`];
  if (manifests.changes.length === 0) return [];
  const lines = manifests.changes.flatMap(({ kind, name, action, fields }) => [
    `  ${kind} ${name} ${action}`,
    ...fields.map((field) => `    ${describeFieldChange(field)}`),
  ]);
  return [`Manifests, as in ${manifests.environment}`, ...atMost(lines)];
}

function dependencyLines({ dependencies }: ReleaseDiff): string[] {
  const { changes, unknown } = dependencies;
  const lines = changes.map((change) => `  ${change.ecosystem} ${describeDependencyChange(change)}`);
  const heading = changes.length > 0 ? [counted(changes.length, 'dependency', 'dependencies')] : [];
  return [...heading, ...atMost(lines), ...unknown.map((reason) => `Dependencies: cannot be compared. ${reason}`)];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? 'no' : count} ${count === 1 ? one : many}`;
}

function atMost(lines: readonly string[], most = mostShown): string[] {
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `${most === mostShown ? '  ' : ''}and ${more} more`] : [...lines];
}
