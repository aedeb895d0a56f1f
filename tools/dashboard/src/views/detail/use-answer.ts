import { useEffect, useState } from 'preact/hooks';
import { answerFrom } from '../../../../plugin/src/model/dashboard/export/answer-from.ts';
import { exported, wholeExport } from '../../exported.ts';

/** What the server says of why it cannot answer. */
export interface Problem {
  readonly doing?: string;
  readonly reason: string;
  readonly remedy?: string;
}

/** An answer of the server. While another is asked for, the one before stays, and is marked as that. */
export interface Asked<T> {
  readonly answer?: T;
  readonly problem?: Problem;
  readonly isAsking: boolean;
}

/**
 * Asks the server, again when the path changes. Answers that come late, to what was asked before, are thrown away.
 * @param delayMs waited first, so that a slider does not ask for every place that it is drawn over.
 */
export function useAnswer<T>(path: string, delayMs = 0): Asked<T> & { readonly askAgain: () => void } {
  const [asked, set] = useState<Asked<T>>({ isAsking: true });
  const [round, again] = useState(0);
  useEffect(() => {
    const stopping = new AbortController();
    set((before) => ({ ...(before.answer === undefined ? {} : { answer: before.answer }), isAsking: true }));
    const timer = setTimeout(() => {
      answering<T>(path, stopping.signal).then(
        (found) => set({ ...found, isAsking: false }),
        (error: unknown) => {
          if (!stopping.signal.aborted) set({ problem: notAnswered(error), isAsking: false });
        },
      );
    }, delayMs);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [path, round]);
  return { ...asked, askAgain: () => again(round + 1) };
}

/** An export has its answers in itself. */
async function answering<T>(path: string, signal: AbortSignal): Promise<{ answer: T } | { problem: Problem }> {
  return exported
    ? (answerFrom(wholeExport(exported), path) as { answer: T } | { problem: Problem })
    : ask<T>(path, signal);
}

async function ask<T>(path: string, signal: AbortSignal): Promise<{ answer: T } | { problem: Problem }> {
  const response = await fetch(path, { signal, headers: { accept: 'application/json' } });
  if (response.status === 401)
    return {
      problem: {
        reason: 'The session is over.',
        remedy: 'Start the dashboard again, and open the address that it prints.',
      },
    };
  const body = (await response.json()) as T & Partial<Problem>;
  if (response.ok) return { answer: body };
  return { problem: { ...body, reason: body.reason ?? `The server answered with ${response.status}.` } };
}

function notAnswered(error: unknown): Problem {
  const told = error instanceof Error ? ` (${error.message})` : '';
  return { reason: `The dashboard's server did not answer${told}.`, remedy: 'See whether its command still runs.' };
}
