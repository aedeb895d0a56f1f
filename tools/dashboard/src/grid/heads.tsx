import { momentOf } from '../../../plugin/src/model/dashboard/cell-words.ts';
import type { DashboardState, EnvironmentHead } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { exported } from '../exported.ts';
import { timeZone } from '../navigate.ts';
import { Mark } from './shapes.tsx';

/** The heads of the grid's columns: what each environment is, whether it answers, and how much waits to come in. */
export function Heads({ state, heads }: { state: DashboardState; heads: readonly EnvironmentHead[] }) {
  return (
    <div role="row" class="heads" aria-rowindex={1}>
      <div role="columnheader" class="head">
        Service
      </div>
      {heads.map((head) => (
        <HeadPair key={head.name} state={state} head={head} />
      ))}
    </div>
  );
}

function HeadPair({ state, head }: { state: DashboardState; head: EnvironmentHead }) {
  const isFirst = state.environments[0] === head;
  const { branch } = state;
  const waiting = state.rows.filter(({ gaps }) => {
    const gap = gaps[head.name];
    return gap?.kind === 'ahead' && gap.commits > 0;
  }).length;
  return (
    <>
      <div role="columnheader" class="head head-gap" title={branch.problem}>
        {isFirst && (
          <span class="branch">
            <a href="/graph" title={`What ${branch.name} would release (g g)`}>
              {branch.name} {branch.commit?.slice(0, 7) ?? '?'}
            </a>
            {branch.problem ? ' (may be old)' : ''}
          </span>
        )}
        <span>{waiting > 0 ? `${waiting} wait` : 'none waits'}</span>
      </div>
      <div role="columnheader" class={`head is-${head.answer.state}`}>
        <span class="head-name">
          {head.isProtected && <Mark of="lock" />}
          {head.name}
          {head.isProtected && <span class="unseen"> (protected)</span>}
        </span>
        <Answer head={head} />
        {head.frozen !== undefined && <span class="note">{head.frozen}</span>}
      </div>
    </>
  );
}

function Answer({ head: { answer, provisioned } }: { head: EnvironmentHead }) {
  if (answer.state === 'asking') return <span class="note">asking…</span>;
  if (answer.state === 'live')
    return (
      <span class="note">
        {exported ? 'answered' : 'live'}
        {provisioned ? ` · ${provisioned}` : ''}
      </span>
    );
  const seen = answer.lastSeen ? `last seen ${momentOf(answer.lastSeen, timeZone.value)}` : 'never seen';
  return (
    <span class="note is-alarm" title={answer.reason}>
      {seen}: {answer.reason}
    </span>
  );
}
