import { setTimeout as pause } from 'node:timers/promises';
import { ProductError } from '../../model/errors/product-error.ts';

/** One thing that was looked at. */
export interface Checkup {
  /** Whose it is: `git`, `dev`, `registry.example`. */
  readonly area: string;
  readonly check: string;
  readonly state: 'ok' | 'wrong' | 'not asked';
  readonly says: string;
  /** The next step, where it is wrong. */
  readonly remedy?: string;
}

/** One thing to look at. */
export interface Check extends Pick<Checkup, 'area' | 'check'> {
  /** @returns what there is, or why it is not asked. @throws {ProductError} with what is wrong, and what to do. */
  ask(): Promise<string | { readonly notAsked: string }>;
}

/** Looks at all, each by itself: none waits for another, and none takes longer than the limit. */
export function examine(checks: readonly Check[], limitMs: number): Promise<Checkup[]> {
  return Promise.all(checks.map((check) => examineOne(check, limitMs)));
}

async function examineOne({ area, check, ask }: Check, limitMs: number): Promise<Checkup> {
  const of = { area, check };
  const ended = new AbortController();
  try {
    const asked = Promise.resolve().then(ask);
    // Whoever answers too late is not heard any more.
    asked.catch(() => undefined);
    const found = await Promise.race([asked, pause(limitMs, 'late' as const, { ref: true, signal: ended.signal })]);
    if (found === 'late') return { ...of, state: 'wrong', ...late(limitMs) };
    return typeof found === 'string'
      ? { ...of, state: 'ok', says: found }
      : { ...of, state: 'not asked', says: found.notAsked };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const { reason, remedy, evidence = [] } = error.facts;
    return { ...of, state: 'wrong', says: [reason, ...evidence].join(' '), remedy };
  } finally {
    ended.abort();
  }
}

function late(limitMs: number) {
  return {
    says: `There is no answer after ${Math.round(limitMs / 1000)} s.`,
    remedy: 'Look at the network and the proxies, or give it more time with `--timeout`.',
  };
}
