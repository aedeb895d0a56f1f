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
  // Not known now: a line would say that both sides are the same.
  if (head.answer.state !== 'live')
    return (
      <span aria-hidden="true" class="gap-line is-unknown">
        ?
      </span>
    );
  const lost = gap.lost ? (
    <span class="gap-lost">
      <Mark of="lost" />
      {gap.lost}
    </span>
  ) : null;
  if (gap.kind === 'same')
    return (
      <span aria-hidden="true" class="gap-line is-same">
        {lost}
      </span>
    );
  if (gap.kind === 'unknown')
    return (
      <span aria-hidden="true" class="gap-line is-unknown">
        ?{lost}
      </span>
    );
  if (gap.commits === 0)
    return (
      <span aria-hidden="true" class="gap-line is-even">
        {lost}
      </span>
    );
  const soaks = gap.soakUntil !== undefined && Date.parse(gap.soakUntil) > now.value.getTime();
  return (
    <span aria-hidden="true" class="gap-line is-ahead">
      <span class="gap-count">
        {gap.commits}
        {gap.isLeast ? '+' : ''}
        {soaks && (
          <span class="gap-soak">
            <Mark of="soak" />
            {ageOf(now.value.toISOString(), new Date(gap.soakUntil!))}
          </span>
        )}
        {!soaks && head.isProtected && !cell?.hold && <Mark of="approval" />}
        {cell?.hold && <Mark of="lock" />}
      </span>
      {lost}
    </span>
  );
}
