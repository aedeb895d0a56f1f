import { appendFileSync } from 'node:fs';
import type { OutcomeRow } from '../../graph/task-hooks/outcomes.ts';
import type { JobOutcome } from '../../../model/ci/output/job-summary.ts';
import { cutText } from '../../../model/forge/forge-text.ts';
import { describeDuration } from '../../../model/text/duration.ts';
import type { Terminal, Tone } from './terminal.ts';
import { outcomesVariable } from '../../../model/product/wire-names.ts';

const tones: Readonly<Record<NonNullable<JobOutcome['state']>, Tone>> = {
  done: 'good',
  unchanged: 'faint',
  skipped: 'caution',
  failed: 'bad',
};

/** Characters of a failure's reason: it is shown in full where the task failed. */
const longestReason = 60;

/** Returns the row of an outcome in the table that ends a command for many services. */
export function outcomeRow(outcome: JobOutcome, { mark, paint }: Terminal): OutcomeRow {
  const { service, build = '', commit = '', environment = '', state = 'done', probe, took, url = '' } = outcome;
  const oneLine = outcome.outcome.replaceAll(/\s+/g, ' ');
  const lost = probe === undefined ? '' : `${probe.failed} of ${probe.requests}`;
  return {
    service,
    isFailed: state === 'failed',
    cells: [
      service,
      build,
      paint('faint', commit.slice(0, 12)),
      environment,
      mark(tones[state], state === 'failed' ? cutText(oneLine, longestReason) : oneLine),
      paint(probe !== undefined && probe.failed > 0 ? 'bad' : 'good', lost),
      took === undefined ? '' : describeDuration(took),
      url,
    ],
  };
}

/** Writes rows where Nx's process reads them when all tasks have ended; nowhere where it does not. */
export function writeOutcomes(env: NodeJS.ProcessEnv, rows: readonly OutcomeRow[]): void {
  const file = env[outcomesVariable];
  if (!file || rows.length === 0) return;
  try {
    appendFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  } catch {
    // What tasks print says the same.
  }
}
