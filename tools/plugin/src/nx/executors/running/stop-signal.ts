const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs an action with a signal that is aborted when this process is asked to end meanwhile (Ctrl-C, a cancelled CI run,
 * Nx being ended). Being asked again ends it at once, and so does being asked when nothing is done any more: Nx ends the
 * process of a batch that way.
 */
export async function* withStopSignal<T>(action: (signal: AbortSignal) => AsyncGenerator<T>): AsyncGenerator<T> {
  const asked = new AbortController();
  const end = () => {
    if (asked.signal.aborted) process.exit(130);
    asked.abort();
  };
  for (const name of names) process.on(name, end);
  try {
    yield* action(asked.signal);
  } finally {
    for (const name of names) process.off(name, end);
  }
}
