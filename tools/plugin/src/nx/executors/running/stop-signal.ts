import { setMaxListeners } from 'node:events';
import { interruption } from '../../../model/errors/interruption.ts';

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs an action with a signal that is aborted when this process is asked to end meanwhile (Ctrl-C, a cancelled CI run,
 * Nx being ended); its reason is an interruption. Being asked again ends it at once, and so does being asked when nothing is done any more: Nx ends the
 * process of a batch that way.
 * @param repeats milliseconds in which a signal that comes again is the same one: Nx sends one to every process between.
 */
export async function* withStopSignal<T>(
  action: (signal: AbortSignal) => AsyncGenerator<T>,
  repeats = 0,
): AsyncGenerator<T> {
  const asked = new AbortController();
  // Many services at once hear it, which Node would take for a leak.
  setMaxListeners(0, asked.signal);
  let first = 0;
  const end = (name: NodeJS.Signals) => {
    if (asked.signal.aborted && performance.now() - first < repeats) return;
    if (asked.signal.aborted) process.exit(130);
    first = performance.now();
    asked.abort(interruption(name));
  };
  for (const name of names) process.on(name, end);
  try {
    yield* action(asked.signal);
  } finally {
    for (const name of names) process.off(name, end);
  }
}
