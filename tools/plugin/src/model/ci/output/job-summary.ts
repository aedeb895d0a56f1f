import { shortCommit } from '../../commits/commit.ts';
import { codeMarkdown, linkMarkdown, plainMarkdown } from '../../text/markdown.ts';
import type { CiRun } from '../ci-run.ts';
import type { WebAddress } from '../../forge/web-address.ts';

/** What a task of a run came to for a service, in one environment where it got that far. */
export interface JobOutcome {
  readonly service: string;
  readonly build?: string | undefined;
  /** Full object name of the built commit. */
  readonly commit?: string | undefined;
  readonly environment?: string | undefined;
  /** What became of it: `deployed`, `superseded by 20261124-2`, `failed: …`. */
  readonly outcome: string;
  /** Where it can be looked at. */
  readonly url?: string | undefined;
}

/** Rows that are shown. GitHub takes 1 MiB for a step, and nobody reads more. */
const mostRows = 500;

/** What a run came to, as Markdown for the page that a CI has of it. */
export function jobSummary(outcomes: readonly JobOutcome[], run: CiRun, web: WebAddress | undefined): string {
  const rows = outcomes.slice(0, mostRows).map((outcome) => rowOf(outcome, web));
  const left = outcomes.length - rows.length;
  return [
    `### ${title(run)}`,
    '',
    '| service | build | commit | environment | outcome | link |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    ...(left > 0 ? ['', `${left} more are left out.`] : []),
    // Others write to the same page.
    ...['', ''],
  ].join('\n');
}

function title({ branch, tag, pullRequest, person }: CiRun): string {
  const what = pullRequest === undefined ? (branch ?? tag) : `pull request ${pullRequest}`;
  return [
    'Services',
    ...(what ? [`of ${plainMarkdown(what)}`] : []),
    ...(person ? [`by ${plainMarkdown(person)}`] : []),
  ].join(' ');
}

function rowOf(
  { service, build, commit, environment, outcome, url }: JobOutcome,
  web: WebAddress | undefined,
): string[] {
  return [
    plainMarkdown(service),
    build === undefined ? '' : plainMarkdown(build),
    commit === undefined ? '' : linkMarkdown(codeMarkdown(shortCommit(commit)), web?.commit(commit)),
    environment === undefined ? '' : plainMarkdown(environment),
    plainMarkdown(outcome),
    url === undefined ? '' : linkMarkdown('open', url),
  ];
}
