/** An answer of HTTP/1.1 as it came. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * Takes the first whole answer off what a connection has brought.
 * @param isHead whether `HEAD` was asked, whose answer has no body, whatever length it names.
 * @returns undefined while some of it lacks.
 */
export function takeAnswer(text: string, isHead = false): { answer: Answer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...fields] = text.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0);
  const headers = new Map(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).trim().toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  const after = text.slice(end + 4);
  // "100 Continue" is no answer yet.
  if (status >= 100 && status < 200) return takeAnswer(after, isHead);
  const hasBody = !isHead && status !== 204 && status !== 304;
  const taken = hasBody ? takeBody(after, headers) : { body: '', rest: after };
  return taken && { answer: { status, headers, body: taken.body }, rest: taken.rest };
}

function takeBody(text: string, headers: ReadonlyMap<string, string>): { body: string; rest: string } | undefined {
  const length = Number(headers.get('content-length') ?? NaN);
  if (!Number.isNaN(length))
    return text.length < length ? undefined : { body: text.slice(0, length), rest: text.slice(length) };
  // To the end of the connection: whatever has come.
  if (headers.get('transfer-encoding')?.toLowerCase() !== 'chunked') return { body: text, rest: '' };
  let body = '';
  for (let at = 0; ;) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = parseInt(text.slice(at, end), 16);
    at = end + 2 + size + 2;
    if (text.length < at || Number.isNaN(size)) return undefined;
    if (size === 0) return { body, rest: text.slice(at) };
    body += text.slice(end + 2, end + 2 + size);
  }
}

/** Returns the title of a problem (RFC 9457), which is the stable name of what was wrong; '' where there is none. */
export function problemTitle({ headers, body }: Answer): string {
  if (headers.get('content-type')?.split(';', 1)[0] !== 'application/problem+json') return '';
  try {
    return String((JSON.parse(body) as { title?: unknown }).title);
  } catch {
    return '';
  }
}
