import type { ShownDeployment } from './service-page.ts';

/** The time that something ran in an environment: from the end of its deployment to that of the next. */
export interface Run {
  readonly deployment: ShownDeployment;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Undefined while it runs. */
  readonly to: number | undefined;
}

/** A time in which a hold kept builds out. */
export interface HeldTime {
  readonly hold: NonNullable<ShownDeployment['hold']>;
  readonly from: number;
  readonly to: number | undefined;
}

/** The lane of one environment. */
export interface Lane {
  /** Oldest first. */
  readonly runs: readonly Run[];
  /** Deployments that did not succeed, or go on, oldest first. */
  readonly others: readonly ShownDeployment[];
  readonly held: readonly HeldTime[];
  /** From a deployment to the one that it took the place of, where it went back to an older build. */
  readonly goneBack: readonly { readonly from: number; readonly at: number; readonly sequence: number }[];
}

/**
 * Returns what ran in an environment from when to when, by its deployments.
 * @param deployments in any order.
 */
export function laneOf(deployments: readonly ShownDeployment[]): Lane {
  const inOrder = [...deployments].sort((a, b) => a.sequence - b.sequence);
  const good = inOrder.filter(({ outcome, finishedAt }) => outcome === 'succeeded' && finishedAt !== undefined);
  const runs = good.map((deployment, index): Run => {
    // Clocks of two deployers may differ: one that came later was in force from its own end, never from before it began.
    const next = good[index + 1];
    const from = Date.parse(deployment.finishedAt!);
    return { deployment, from, to: next && Math.max(from, Date.parse(next.finishedAt!)) };
  });
  return {
    runs,
    others: inOrder.filter((each) => !good.includes(each)),
    held: heldTimes(inOrder),
    goneBack: runs.flatMap(({ deployment, from }, index) => {
      const left = runs[index - 1];
      const isBack = deployment.action === 'rollback' || deployment.action === 'automatic-rollback';
      return isBack && left ? [{ from: left.from, at: from, sequence: deployment.sequence }] : [];
    }),
  };
}

/** A hold is told by each record of its time: it ends with the first that does not have it any more. */
function heldTimes(inOrder: readonly ShownDeployment[]): HeldTime[] {
  const held: { hold: HeldTime['hold']; from: number; to: number | undefined }[] = [];
  for (const { hold, build, outcome, startedAt, finishedAt } of inOrder) {
    const open = held.findLast(({ to }) => to === undefined);
    if (open && (hold === undefined || hold.since !== open.hold.since)) open.to = Date.parse(startedAt);
    const known = held.some((each) => each.hold.since === hold?.since);
    if (hold && !known) held.push({ hold, from: Date.parse(hold.since), to: undefined });
    const last = held.at(-1);
    const hasEndedIt = hold && outcome === 'succeeded' && isNewerBuild(build, hold.build);
    if (hasEndedIt && last?.to === undefined && last) last.to = Date.parse(finishedAt ?? startedAt);
  }
  return held;
}

/** Reports whether a build is newer than another, as build numbers are ordered: by day, then by revision. */
export function isNewerBuild(build: string, other: string): boolean {
  const [[day = '', revision = ''], [otherDay = '', otherRevision = '']] = [build, other].map((each) =>
    each.split(/[-.]/),
  ) as [string[], string[]];
  return day === otherDay ? Number(revision) > Number(otherRevision) : day > otherDay;
}

/** Places moments on a scale that gives quiet times little room, so that a busy hour can be seen beside empty weeks. */
export class TimeScale {
  private readonly stops: readonly { readonly at: number; readonly y: number }[];
  /** The length of the whole, in the unit of `step`. */
  readonly length: number;

  /** @param moments what is placed, milliseconds since 1970. @param step the least and the most between two neighbours. */
  constructor(moments: readonly number[], step: { readonly least: number; readonly most: number }) {
    const sorted = [...new Set(moments)].sort((a, b) => b - a);
    let y = 0;
    this.stops = sorted.map((at, index) => {
      const gap = index === 0 ? 0 : sorted[index - 1]! - at;
      // A minute is the least, ten minutes more, an hour more: by its logarithm.
      if (index > 0) y += Math.min(step.most, step.least * (1 + Math.log10(1 + gap / 60_000)));
      return { at, y };
    });
    this.length = y;
  }

  /** Returns the distance of a moment from the newest one, which is at 0. */
  at(moment: number): number {
    const after = this.stops.findIndex(({ at }) => at <= moment);
    if (after === 0) return 0;
    if (after === -1) return this.length;
    const [newer, older] = [this.stops[after - 1]!, this.stops[after]!];
    return newer.y + ((newer.at - moment) / (newer.at - older.at)) * (older.y - newer.y);
  }
}
