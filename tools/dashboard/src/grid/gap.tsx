import type {
  DashboardCell,
  DashboardGap,
  EnvironmentHead,
} from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { now } from '../store.ts';
import { Words } from '../time.tsx';
import { Mark } from './shapes.tsx';

interface GapProps {
  /** True where a side of it does not answer. */
  readonly isUnseen: boolean;
  readonly gap: DashboardGap | undefined;
  readonly head: EnvironmentHead;
  readonly cell: DashboardCell | undefined;
}

/** What lies between two environments: an unbroken line where nothing does, an arrow with a number where commits wait. */
export function Gap({ gap, head, cell, isUnseen }: GapProps) {
  if (!gap || gap.kind === 'none') return null;
  const kind = kindOf(gap);
  return (
    <span aria-hidden="true" class={`gap-line is-${kind}${isUnseen ? ' is-unseen' : ''}`}>
      {kind === 'unknown' && <span class="gap-count">?</span>}
      {kind === 'ahead' && <Waiting gap={gap} head={head} cell={cell} />}
      <Lost count={gap.lost ?? 0} />
    </span>
  );
}

function kindOf(gap: DashboardGap): string {
  return gap.kind === 'ahead' && gap.commits === 0 ? 'even' : gap.kind;
}

/** How many commits wait, and for what: time, somebody's approval, the end of a hold. */
function Waiting({ gap, head, cell }: Omit<GapProps, 'isUnseen'>) {
  if (gap?.kind !== 'ahead') return null;
  const { soakUntil: end } = gap;
  const soaks = end !== undefined && Date.parse(end) > now.value.getTime();
  return (
    <span class="gap-count">
      {gap.commits}
      {gap.isLeast ? '+' : ''}
      {soaks && (
        <span class="gap-soak">
          <Mark of="soak" />
          <Words of={[{ at: end, as: 'left' }]} />
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
