import type { ApiChanges } from './api/api-changes.ts';
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
import { notesOn, type DependencyChange } from './dependencies/dependency-changes.ts';
import { shortCommit } from '../commits/commit.ts';
import { codeMarkdown, linkMarkdown, plainMarkdown } from '../text/markdown.ts';

/** Lines of one kind that are shown. */
const mostShown = 100;
/** Characters: GitHub takes 125,000 for a release, and the caller may add some. */
const longestNotes = 100_000;

/**
 * Returns the differences as Markdown: for a release on GitHub, a chat, an approval. Foreign text has no effect in
 * it.
 */
export function releaseNotes(changes: ReleaseDiff): string {
  const { service, from, to } = changes;
  const title = `## ${plainMarkdown(service)}: ${plainMarkdown(purposeOf(changes))}`;
  const range = `${describeSide(from)} → ${describeSide(to)}`;
  const parts = isUnchanged(changes)
    ? [['No changes that matter to it.']]
    : isSameSource(changes)
      ? [['Rebuilt: nothing but what it is built on changed.'], baseImageList(changes)]
      : [
          commitList(changes),
          pullRequestList(changes),
          apiList(changes.api),
          manifestList(changes),
          dependencyList(changes),
          baseImageList(changes),
        ];
  const paragraphs = [[title], [range], doorList(changes), warnings(changes), ...parts].filter(
    (part) => part.length > 0,
  );
  return fitted(`${paragraphs.map((part) => part.join('\n')).join('\n\n')}\n`);
}

/** Cut between two lines where it is too long. */
function fitted(notes: string): string {
  if (notes.length <= longestNotes) return notes;
  return `${notes.slice(0, notes.lastIndexOf('\n', longestNotes))}\n\nThe rest is left out, because it is too long.\n`;
}

function describeSide(side: ChangesSide): string {
  const commit = side.buildNumber === undefined ? '' : ` (${codeMarkdown(shortCommit(side.commit))})`;
  return `${nameOfSide(side)}${commit}${side.environment === undefined ? '' : ` in ${plainMarkdown(side.environment)}`}`;
}

function doorList({ from, to }: ReleaseDiff): string[] {
  return [from, to].flatMap((side) =>
    describeSideDoor(side.door).map((line) => `- ${plainMarkdown(`${nameOfSide(side)}: ${line}`)}`),
  );
}

function warnings({ isHistoryCut, from, to }: ReleaseDiff): string[] {
  return [
    ...(isHistoryCut ? ['> A part of the history could not be read: there may be more commits.'] : []),
    ...(from.dirty || to.dirty ? ['> One of the two was built with uncommitted changes.'] : []),
  ];
}

function commitList({ commits, lostCommits, authors, from, to }: ReleaseDiff): string[] {
  const by = authors.slice(0, 10).map(({ name, commits: count }) => `${plainMarkdown(name)} (${count})`);
  const others = authors.length > by.length ? [`${authors.length - by.length} more`] : [];
  const heading = by.length > 0 ? ['', `By ${[...by, ...others].join(', ')}.`] : [];
  const lost = `### Commits of ${nameOfSide(from)} that are not in ${nameOfSide(to)}`;
  return [
    `### Commits (${commits.length})`,
    ...heading,
    ...section(commits.map(commitItem)),
    ...(lostCommits.length > 0 ? ['', lost, ...section(lostCommits.map(commitItem))] : []),
  ];
}

function commitItem({ id, url, author, subject }: ServiceCommit): string {
  return `- ${linkMarkdown(codeMarkdown(shortCommit(id)), url)} ${plainMarkdown(subject)} (${plainMarkdown(author)})`;
}

function pullRequestList({ pullRequests }: ReleaseDiff): string[] {
  if (pullRequests.length === 0) return [];
  const items = pullRequests.map(({ number, title, url }) => {
    // Without a link of ours, GitHub would make one.
    const name = linkMarkdown(url === undefined ? plainMarkdown(`#${number}`) : `#${number}`, url);
    return `- ${name}${title === undefined ? '' : ` ${plainMarkdown(title)}`}`;
  });
  return [`### Pull requests (${pullRequests.length})`, ...section(items)];
}

function apiList(api: ApiChanges): string[] {
  if (api.state === 'none') return [];
  if (api.state === 'unknown') return ['### API', '', `Cannot be compared. ${plainMarkdown(api.reason)}`];
  if (api.operations.length === 0) return [];
  const items = api.operations.flatMap(({ operation, change, isBreaking, reasons }) => [
    `- ${isBreaking ? '**Breaking:** ' : ''}${codeMarkdown(operation)} ${change}`,
    ...reasons.map(({ text, isBreaking: breaks }) => `  - ${breaks ? '**Breaking:** ' : ''}${plainMarkdown(text)}`),
  ]);
  return [`### API (${api.operations.length})`, ...section(items)];
}

function manifestList({ manifests }: ReleaseDiff): string[] {
  if (manifests.state === 'unknown')
    return ['### Manifests', '', `Cannot be compared. ${plainMarkdown(manifests.reason)}`];
  if (manifests.changes.length === 0) return [];
  const items = manifests.changes.flatMap(({ kind, name, action, fields }) => [
    `- ${codeMarkdown(`${kind} ${name}`)} ${action}`,
    ...fields.map(({ path, from, to }) => {
      return `  - ${codeMarkdown(path)}: ${codeMarkdown(from ?? '(none)')} → ${codeMarkdown(to ?? '(none)')}`;
    }),
  ]);
  return [`### Manifests, as in ${plainMarkdown(manifests.environment)}`, ...section(items)];
}

function dependencyList({ dependencies }: ReleaseDiff): string[] {
  const { changes, unknown } = dependencies;
  const items = [
    ...changes.map(dependencyItem),
    ...unknown.map((reason) => `- Cannot be compared. ${plainMarkdown(reason)}`),
  ];
  return items.length === 0 ? [] : [`### Dependencies (${changes.length})`, ...section(items)];
}

function baseImageList({ baseImages = [] }: ReleaseDiff): string[] {
  if (baseImages.length === 0) return [];
  const items = baseImages.map(({ image, was, is }) => {
    return `- ${codeMarkdown(image)} moved: ${codeMarkdown(was)} → ${codeMarkdown(is)}`;
  });
  return [`### Base images (${baseImages.length})`, ...section(items)];
}

function dependencyItem(change: DependencyChange): string {
  const { ecosystem, name, from, to } = change;
  const versions = [from, from === to ? undefined : to]
    .filter((version) => version !== undefined)
    .map(codeMarkdown)
    .join(' → ');
  const verb = from === undefined ? 'added ' : to === undefined ? 'removed ' : '';
  const notes = [ecosystem, ...notesOn(change)].map(plainMarkdown);
  return `- ${codeMarkdown(name)} ${verb}${versions} (${notes.join('; ')})`;
}

/** Items below a heading. */
function section(items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length - mostShown;
  return ['', ...items.slice(0, mostShown), ...(more > 0 ? [`- and ${more} more`] : [])];
}
