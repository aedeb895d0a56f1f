/** What a log line says besides its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log: one JSON object a line. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields. */
  with(fields: LogFields): Log;
}

/** @param write takes each line, without a line end. */
export function createLog(write: (line: string) => void, always: LogFields): Log {
  const line =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      write(JSON.stringify({ time: new Date().toISOString(), level, message, ...always, ...fields }, errorsAsText));
  return {
    info: line('info'),
    error: line('error'),
    with: (fields) => createLog(write, { ...always, ...fields }),
  };
}

/** JSON has no errors: without this, one becomes `{}`. */
function errorsAsText(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { stack, message, cause } = value;
  return { stack: stack ?? message, ...(cause === undefined ? {} : { cause }) };
}
