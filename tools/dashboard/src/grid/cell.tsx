import { hasFailed } from '../../../plugin/src/model/dashboard/cell-condition.ts';
import { behindInWords, deploymentInWords, stateInWords } from '../../../plugin/src/model/dashboard/cell-words.ts';
import type { DashboardCell, EnvironmentHead } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import type { TimedWords } from '../../../plugin/src/model/dashboard/timed-words.ts';
import { Words } from '../time.tsx';
import { ShapeIcon, shapeOf } from './shapes.tsx';

const outcomeMarks: Readonly<Record<string, string>> = { failed: '✕', cancelled: '⊘', abandoned: '☠' };

/** A service in an environment: shape and build; ink is spent on what differs from well and up to date. */
export function Cell({ cell, head }: { cell: DashboardCell | undefined; head: EnvironmentHead }) {
  const shape = shapeOf(cell);
  const notes = cell ? notesOf(cell, head) : [];
  const isQuiet = notes.length === 0 && (shape === 'healthy' || shape === 'absent' || shape === 'done');
  return (
    <span aria-hidden="true" class={`cell-text${isQuiet ? ' is-calm' : ''}${shape === 'unreachable' ? ' is-old' : ''}`}>
      <span class="cell-line">
        <ShapeIcon shape={shape} />
        {cell && <OutcomeMark cell={cell} />}
        <Build build={cell?.build ?? cell?.seen?.build} />
        {cell?.pods && cell.pods.ready !== cell.pods.wanted && (
          <span class="pods">
            {cell.pods.ready}/{cell.pods.wanted}
          </span>
        )}
      </span>
      {notes.length > 0 && (
        <span class="cell-notes">
          {notes.map((words, index) => (
            <span key={index}>
              {index > 0 && ' · '}
              <Words of={words} />
            </span>
          ))}
        </span>
      )}
    </span>
  );
}

function OutcomeMark({ cell }: { cell: DashboardCell }) {
  const mark = cell.deployment && outcomeMarks[cell.deployment.outcome];
  return mark ? <span class="outcome">{mark}</span> : null;
}

/** A build's number, the day of which is read less than the rest. */
function Build({ build }: { build: string | undefined }) {
  if (build === undefined) return null;
  const [, day = '', rest = build] = /^(\d{8})(-.+)$/.exec(build) ?? [];
  return (
    <span class="build">
      <span class="day">{day}</span>
      {rest}
    </span>
  );
}

function notesOf(cell: DashboardCell, { answer }: EnvironmentHead): TimedWords[] {
  const { deployment, hold, drift = [], state } = cell;
  if (state === 'unreachable') return [lastSeen(cell, answer)];
  const notes: TimedWords[] = [];
  if (deployment?.outcome === 'running') notes.push(deploymentInWords(deployment));
  else if (deployment && hasFailed(cell)) notes.push([`${deployment.build} ${deployment.outcome}`]);
  if (!['healthy', 'absent', 'done', 'asking'].includes(state)) notes.unshift([stateInWords({ state })]);
  if (hold) notes.push(['HELD']);
  if (drift.length > 0) notes.push(['≠ DRIFT']);
  if (cell.behind && 'unknown' in cell.behind) notes.push(['behind ?']);
  else if (behindInWords(cell) !== undefined) notes.push([`−${(cell.behind as { commits: number }).commits}`]);
  if (notes.length > 0 && deployment && deployment.outcome !== 'running') {
    notes.push([{ at: deployment.endedAt ?? deployment.startedAt, as: 'age' }, ` ${deployment.by}`]);
    if (deployment.cause !== 'deploy') notes.push([deployment.cause]);
  }
  return notes;
}

/** What was seen last, in words that nobody takes for the present. */
function lastSeen({ seen }: DashboardCell, answer: EnvironmentHead['answer']): TimedWords {
  if (!seen) return ['never seen'];
  const at = answer.state === 'unreachable' ? answer.lastSeen : undefined;
  return ['last seen ', ...(at === undefined ? [] : [{ at, as: 'age' } as const, ' ago']), `: ${stateInWords(seen)}`];
}
