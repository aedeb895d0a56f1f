import { shortCommit } from '../../commits/commit.ts';
import { codeMarkdown, linkMarkdown, plainMarkdown } from '../../text/markdown.ts';
import type { ProbeResult } from '../../deploy/deployment-record.ts';
import type { CiRun } from '../ci-run.ts';
import type { WebAddress } from '../../forge/web-address.ts';

/** The outcome of a task of a run for a service, in one environment where it got that far. */
export interface JobOutcome {
  readonly service: string;
  readonly build?: string | undefined;
  /** Full object name of the built commit. */
  readonly commit?: string | undefined;
  readonly environment?: string | undefined;
  /** `deployed`, `skipped: the newer 20261124-2 runs`, `failed: …`. */
  readonly outcome: string;
  readonly state?: 'done' | 'unchanged' | 'skipped' | 'failed' | undefined;
  /** The service there, for people. */
  readonly url?: string | undefined;
  /** Requests while it was deployed. */
  readonly probe?: ProbeResult | undefined;
  /** Milliseconds. */
  readonly took?: number | undefined;
}

/** Rows that are shown. GitHub takes 1 MiB for a step, and nobody reads more. */
const mostRows = 500;

/** Returns the outcomes of a run as Markdown, for the page that a CI has of it. */
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
    'Released',
    ...(what ? [`from ${plainMarkdown(what)}`] : []),
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
