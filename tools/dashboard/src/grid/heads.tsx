import type { DashboardState, EnvironmentHead } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { exported } from '../exported.ts';
import { isOld } from '../store.ts';
import { Time } from '../time.tsx';
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

/** The newest commit of the main branch, as a link to what it would release, which an export does not know. */
function Branch({ branch: { name, commit } }: Pick<DashboardState, 'branch'>) {
  const text = `${name} ${commit?.slice(0, 7) ?? '?'}`;
  if (exported) return <>{text}</>;
  return (
    <a href="/graph" title={`What ${name} would release (g g)`}>
      {text}
    </a>
  );
}

function HeadPair({ state, head }: { state: DashboardState; head: EnvironmentHead }) {
  const { branch, environments } = state;
  const at = environments.indexOf(head);
  const isFirst = at === 0;
  const isKnown = [environments[at - 1], head].every((side) => side === undefined || side.answer.state === 'live');
  const waiting = state.rows.filter(({ gaps }) => {
    const gap = gaps[head.name];
    return gap?.kind === 'ahead' && gap.commits > 0;
  }).length;
  return (
    <>
      <div role="columnheader" class="head head-gap" title={branch.problem}>
        {isFirst && (
          <span class="branch">
            <Branch branch={branch} />
            {branch.problem ? ' (may be old)' : ''}
          </span>
        )}
        <span>{!isKnown ? 'not known' : waiting > 0 ? `${waiting} wait` : 'none waits'}</span>
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
        {exported ? 'answered' : isOld.value ? 'not live' : 'live'}
        {provisioned ? ` · ${provisioned}` : ''}
      </span>
    );
  return (
    <span class="note is-alarm" title={answer.reason}>
      {answer.lastSeen === undefined ? (
        'never seen'
      ) : (
        <>
          last seen <Time iso={answer.lastSeen} />
        </>
      )}
      : {answer.reason}
    </span>
  );
}
