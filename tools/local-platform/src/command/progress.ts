/** The progress of a piece of work. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Estimate of the time left; `undefined` when there is nothing to estimate it by. */
  readonly secondsLeft: number | undefined;
}

/** Before this share is done, the pace measured elsewhere is the better estimate. */
const shareToTrust = 0.15;

/**
 * Estimates how long the rest of a piece of work takes.
 * @param typicalSeconds how long all of it took elsewhere.
 */
export function estimateProgress(
  done: number,
  total: number,
  elapsedSeconds: number,
  typicalSeconds: number,
): Progress {
  if (total <= 0) return { done: 0, total: 0, secondsLeft: undefined };
  const counted = Math.min(done, total);
  const share = counted / total;
  const byTypical = typicalSeconds * (1 - share);
  const byPace = share === 0 ? byTypical : (elapsedSeconds * (1 - share)) / share;
  const trust = Math.min(1, share / shareToTrust);
  return { done: counted, total, secondsLeft: Math.round(byPace * trust + byTypical * (1 - trust)) };
}

const barWidth = 24;

/** Returns one line of progress: `building Kubernetes [#####      ]  42 %, about 3 min left`. */
export function progressLine(label: string, { done, total, secondsLeft }: Progress): string {
  const share = total === 0 ? 0 : done / total;
  const filled = Math.round(share * barWidth);
  const bar = '#'.repeat(filled) + ' '.repeat(barWidth - filled);
  const left = secondsLeft === undefined ? '' : `, about ${duration(secondsLeft)} left`;
  return `${label} [${bar}] ${String(Math.floor(share * 100)).padStart(3)} % (${done} of ${total})${left}`;
}

/** Formats a duration: `45 s`, `3 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}
