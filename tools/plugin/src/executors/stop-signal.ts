let stop: AbortController | undefined;

/**
 * A signal that is aborted when this process is asked to end (Ctrl-C, a cancelled CI run, Nx being ended). Being asked
 * again ends it at once.
 */
export function stopSignal(): AbortSignal {
  if (stop) return stop.signal;
  const asked = (stop = new AbortController());
  const end = () => {
    if (asked.signal.aborted) process.exit(130);
    asked.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  return asked.signal;
}
