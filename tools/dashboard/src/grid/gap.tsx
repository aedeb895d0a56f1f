import { ageOf } from '../../../plugin/src/model/dashboard/cell-words.ts';
import type {
  DashboardCell,
  DashboardGap,
  EnvironmentHead,
} from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { now } from '../store.ts';
import { Mark } from './shapes.tsx';

interface GapProps {
  readonly gap: DashboardGap | undefined;
  readonly head: EnvironmentHead;
  readonly cell: DashboardCell | undefined;
}

/** What lies between two environments: an unbroken line where nothing does, an arrow with a number where commits wait. */
export function Gap({ gap, head, cell }: GapProps) {
  if (!gap || gap.kind === 'none') return null;
  const kind = head.answer.state === 'live' ? kindOf(gap) : 'unknown';
  return (
    <span aria-hidden="true" class={`gap-line is-${kind}`}>
      {kind === 'unknown' && '?'}
      {kind === 'ahead' && <Waiting gap={gap} head={head} cell={cell} />}
      {kind !== 'unknown' || gap.kind === 'unknown' ? <Lost count={gap.lost ?? 0} /> : null}
    </span>
  );
}

function kindOf(gap: DashboardGap): string {
  return gap.kind === 'ahead' && gap.commits === 0 ? 'even' : gap.kind;
}

/** How many commits wait, and for what: time, somebody's approval, the end of a hold. */
function Waiting({ gap, head, cell }: GapProps) {
  if (gap?.kind !== 'ahead') return null;
  const end = gap.soakUntil === undefined ? undefined : new Date(gap.soakUntil);
  const soaks = end !== undefined && end > now.value;
  return (
    <span class="gap-count">
      {gap.commits}
      {gap.isLeast ? '+' : ''}
      {soaks && (
        <span class="gap-soak">
          <Mark of="soak" />
          {ageOf(now.value.toISOString(), end)}
        </span>
      )}
      {!soaks && head.isProtected && !cell?.hold && <Mark of="approval" />}
      {cell?.hold && <Mark of="lock" />}
    </span>
  );
}

/** Commits that the right side has and the left lacks. */
function Lost({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span class="gap-lost">
      <Mark of="lost" />
      {count}
    </span>
  );
}
