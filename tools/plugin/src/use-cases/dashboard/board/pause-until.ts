import { setTimeout as pause } from 'node:timers/promises';

/** Waits, or less when the signal is aborted meanwhile. */
export async function pauseUntil(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => {});
}
