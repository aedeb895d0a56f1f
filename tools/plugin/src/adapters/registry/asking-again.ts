import { setTimeout as pause } from 'node:timers/promises';
import type { HttpAnswer } from './http-requests.ts';

/** A registry that fails (5xx) is asked this often. */
const attempts = 3;
/** One that limits requests (429) is asked again this often, as it says when that is of use. */
const limitedAttempts = 8;
/** For this long it is waited in all for one answer; a registry that asks for more is a refusal. */
const longestWaitMs = 120_000;

/** One request that is sent until it is answered, or it is of no use any more. */
export class AskingAgain {
  private asked = 0;
  private waitedMs = 0;

  /**
   * Returns milliseconds after which it is worth asking again, or undefined when it is not.
   * @param now milliseconds since 1970.
   */
  waitAfter({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>, now = Date.now()): number | undefined {
    if (status !== 429 && status < 500) return undefined;
    this.asked++;
    if (this.asked >= (status === 429 ? limitedAttempts : attempts)) return undefined;
    const usual = 250 * 2 ** this.asked;
    const wait = retryAfter(headers['retry-after'], now) ?? usual;
    this.waitedMs += wait;
    return this.waitedMs <= longestWaitMs ? wait : undefined;
  }
}

/**
 * Sends a request until its answer is one that asking again does not change, such as one for a token.
 * @param onWait is told the status of an answer after which is waited, and for how many milliseconds.
 */
export async function untilAnswered(
  send: () => Promise<HttpAnswer>,
  onWait: (status: number, waitMs: number) => void,
): Promise<HttpAnswer> {
  const again = new AskingAgain();
  for (;;) {
    const answer = await send();
    const wait = again.waitAfter(answer);
    if (wait === undefined) return answer;
    onWait(answer.status, wait);
    await pause(wait);
  }
}

/** Reads a `Retry-After`: seconds, or a date. @returns milliseconds; undefined when it says nothing that can be read. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Returns for how long an answer asks not to be asked, as the end of a sentence; empty where it does not say. */
export function pauseIn(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const waitMs = retryAfter(headers['retry-after']?.toString(), Date.now());
  return waitMs === undefined ? '' : `, and asks to be left alone for ${Math.ceil(waitMs / 1000)} s`;
}
