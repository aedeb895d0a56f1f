import type { IncomingMessage } from 'node:http';

/** Bytes of a request: plans name a few hundred services at most. */
const most = 256 * 1024;

/** Returns the parsed JSON of a request; `large` or `broken` when it is. */
export async function readBody(request: IncomingMessage): Promise<{ readonly json: unknown } | 'large' | 'broken'> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) return 'large';
    parts.push(part);
  }
  try {
    return { json: JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown };
  } catch {
    return 'broken';
  }
}
