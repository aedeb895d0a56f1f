import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './http-problem.ts';

/**
 * Reads a request's body as JSON.
 * @param limit bytes.
 * @throws {HttpProblem} 413 when it is longer, 400 when it is not JSON.
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const text = (await readBody(request, limit)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'malformed-json', 'The body is not JSON.');
  }
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (act: () => void) => {
      request.off('data', take).off('end', finish).off('error', reject);
      // The rest is read and dropped: to close a connection with unread data would take the answer away with it.
      request.on('error', () => {}).resume();
      act();
    };
    const tooLong = () =>
      settle(() => reject(new HttpProblem(413, 'body-too-long', `The body may have ${limit} bytes at most.`)));
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) tooLong();
      else chunks.push(chunk);
    };
    const finish = () => settle(() => resolve(Buffer.concat(chunks)));
    if (Number(request.headers['content-length'] ?? 0) > limit) tooLong();
    else request.on('data', take).on('end', finish).on('error', reject);
  });
}
