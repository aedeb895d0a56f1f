import type http from 'node:http';
import { agentThrough } from './proxy-agent.ts';
import { proxyOf } from './proxy.ts';
import { throughProxy } from './proxy-trouble.ts';

/**
 * Returns a `fetch` that asks each address through the environment's proxy, if that is for it. Node's own knows no proxies
 * before Node 24.
 * @param api that is asked first.
 * @throws {Refusal}
 */
export function proxiedFetch(api: string): typeof fetch {
  const agents = new Map<string, http.Agent>();
  const find = (address: string) => proxyOf(address, { doing: `reach ${new URL(address).host}` });
  find(api);
  return async (input, init) => {
    const address = String(input);
    const proxy = find(address);
    if (proxy === undefined) return fetch(input, init);
    const key = `${new URL(address).protocol} ${proxy}`;
    const agent = agents.get(key) ?? agentThrough(proxy, address, { keepAlive: true });
    agents.set(key, agent);
    const { default: nodeFetch } = await import('node-fetch');
    const send = nodeFetch as unknown as (address: string, init: object) => Promise<Response>;
    try {
      return await send(address, { ...init, agent });
    } catch (error) {
      // It has an error of its own for that, without the reason.
      init?.signal?.throwIfAborted();
      const { code, message } = error as NodeJS.ErrnoException;
      throw new TypeError(throughProxy(code ?? message, proxy), { cause: error });
    }
  };
}
