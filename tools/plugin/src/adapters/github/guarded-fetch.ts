import { mostBytes } from '../../model/limits/most-bytes.ts';
import { AnswerTooLong, readWithin } from '../answers/read-within.ts';

/** GitHub redirects from a repository's old name to its new one, at the same address. */
const mostRedirects = 5;
/** Status for answers that are not taken, which no server sends to us: it is not asked again for them. */
export const notTaken = 421;

/**
 * Returns a `fetch` that gives up on an answer after a time, takes no more of it than GitHub ever sends, and sends the token
 * and what is to be written to no other origin than the one that was asked.
 */
export function guardedFetch(timeoutMs: number, send: typeof fetch): typeof fetch {
  return async (address, init) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const { origin } = new URL(String(address));
    for (let url = String(address), redirects = 0, isAway = false; ; redirects++) {
      const headers = isAway ? withoutAuthorization(init?.headers) : init?.headers;
      const answer = await send(url, { ...init, ...(headers ? { headers } : {}), redirect: 'manual', signal });
      const location = answer.status >= 301 && answer.status <= 308 ? answer.headers.get('location') : null;
      if (location === null)
        return isAway ? ofStranger(await whole(answer, url), new URL(url).origin) : whole(answer, url);
      if (redirects === mostRedirects) return refused('it redirects again and again');
      const next = new URL(location, url);
      const isRead = init?.method === undefined || init.method === 'GET';
      // The others ask that a POST becomes a GET.
      if (!isRead && answer.status !== 307 && answer.status !== 308)
        return refused('it redirects what is to be written');
      if (next.origin !== origin && !isRead) return refused(`it redirects what is to be written to ${next.origin}`);
      isAway ||= next.origin !== origin;
      url = next.href;
    }
  };
}

/** Returns an answer that has been read to its end. */
async function whole(answer: Response, url: string): Promise<Response> {
  const { status, headers } = answer;
  try {
    const bytes = await readWithin((answer.body ?? []) as unknown as AsyncIterable<Uint8Array>, mostBytes.forge);
    const body = [204, 205, 304].includes(status) ? null : new Uint8Array(bytes);
    return Object.defineProperty(new Response(body, { status, headers: [...headers] }), 'url', { value: url });
  } catch (error) {
    if (error instanceof AnswerTooLong) return refused(error.message);
    throw error;
  }
}

/** Returns the answer of another origin than the one that was asked; what it denies is not the token, which it does not have. */
function ofStranger(answer: Response, origin: string): Response {
  const { status } = answer;
  if (status < 400) return answer;
  return Response.json({ message: `It redirects to ${origin}, where the token is not sent: ${status}` }, { status });
}

function withoutAuthorization(headers: RequestInit['headers']): [string, string][] {
  return [...new Headers(headers)].filter(([name]) => name !== 'authorization' && name !== 'cookie');
}

function refused(message: string): Response {
  return Response.json({ message }, { status: notTaken });
}
