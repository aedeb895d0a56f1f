import { agentThrough, proxyOf } from './proxy.ts';

/**
 * Returns the `fetch` for an address: through the environment's proxy, if that is for this address. Node's own knows no
 * proxies before Node 24.
 * @throws {Refusal}
 */
export async function proxiedFetch(api: string): Promise<typeof fetch> {
  const proxy = proxyOf(api, { doing: `reach ${new URL(api).host}` });
  if (proxy === undefined) return fetch;
  const { default: nodeFetch } = await import('node-fetch');
  const agent = agentThrough(proxy, api, { keepAlive: true });
  const send = nodeFetch as unknown as (address: string, init: object) => Promise<Response>;
  return async (address, init) => {
    try {
      return await send(String(address), { ...init, agent });
    } catch (error) {
      // It has an error of its own for that, without the reason.
      init?.signal?.throwIfAborted();
      throw error;
    }
  };
}
