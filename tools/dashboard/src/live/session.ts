/** Where the token of this run of the server is kept: in this tab, for this port. */
const key = 'poc-dashboard-token';

/**
 * Takes the token out of the address, where the printed URL has it, and trades it for the cookie that requests are let in by.
 * The token itself goes with each POST.
 */
export async function openSession(): Promise<void> {
  const [, token] = /^#t=(.+)$/.exec(location.hash) ?? [];
  if (token === undefined) return;
  history.replaceState(null, '', location.pathname + location.search);
  sessionStorage.setItem(key, token);
  const answer = await post('/api/session', {});
  // That in an address may count once only: others see the arguments that a browser is started with.
  if (answer.ok) sessionStorage.setItem(key, ((await answer.json()) as { token: string }).token);
}

/** Sends JSON to the server, with the token. */
export function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-poc-token': sessionStorage.getItem(key) ?? '' };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body), ...(signal ? { signal } : {}) });
}
