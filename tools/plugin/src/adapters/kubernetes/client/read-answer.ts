import type http from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Returns the texts of a `Warning` header, as the API server writes them: `299 - "spec.x: deprecated"`. */
export function warningsIn(header: string | string[] | undefined): string[] {
  const texts = [header ?? []].flat().join(', ');
  return [...texts.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
}

/** Reports whether an answer is a page for people: a proxy's, a login's. What a proxy says of a server that is away is none. */
export function isPage({ statusCode = 0, headers }: http.IncomingMessage): boolean {
  return /^text\/html\b/.test(headers['content-type'] ?? '') && statusCode !== 401 && statusCode < 500;
}

/** Unpacks in another thread, in large pieces: each is handed over in this one. */
export const gunzipAside = (packed: Buffer) => promisify(gunzip)(packed, { chunkSize: 4 * 1024 * 1024 });

/** Whole lines of an answer; @returns what came after the last one. */
export async function* linesOf(answer: http.IncomingMessage, longest = Infinity): AsyncGenerator<string, string> {
  answer.setEncoding('utf8');
  let rest = '';
  for await (const piece of answer as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = (lines.pop() ?? '').slice(0, longest);
    for (const line of lines) yield line.slice(0, longest);
  }
  return rest;
}

export async function textOf(answer: http.IncomingMessage): Promise<string> {
  return (await bytesOf(answer)).toString();
}

export async function bytesOf(answer: http.IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
