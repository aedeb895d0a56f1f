import { formatBytes } from '../../model/limits/most-bytes.ts';

/** An answer of which there is more than is taken. */
export class AnswerTooLong extends Error {
  /** As an octokit or a core library has it, so that it is not asked again. */
  override readonly name = 'AnswerTooLong';

  constructor(most: number) {
    super(`it sent more than ${formatBytes(most)}`);
  }
}

/**
 * Reads a body to its end, or until there is more of it than is taken: leaving the loop ends the connection of Node's
 * streams and of `fetch`.
 * @throws {AnswerTooLong}
 */
export async function readWithin(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > most) throw new AnswerTooLong(most);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}
