import type { HttpClient, PipelineOptions, PipelineRequest } from '@azure/core-rest-pipeline';
import type http from 'node:http';
import { reachOfHost } from '../../model/image/address-reach.ts';
import { agentThrough } from '../proxy/proxy-agent.ts';
import { proxyOf } from '../proxy/proxy.ts';
import { throughProxy } from '../proxy/proxy-trouble.ts';

/**
 * Keeps Azure's libraries from reading the variables of proxies themselves: they know no networks, ports or `host:port` in
 * them, and end in an exception of their own. What sends for them decides.
 */
export const noProxyOfItsOwn: NonNullable<PipelineOptions['proxyOptions']> = { host: 'http://localhost', port: 80 };

/** Options of all of Azure's clients. */
export interface AzureTransport {
  readonly httpClient: HttpClient;
  readonly proxyOptions: typeof noProxyOfItsOwn;
}

let transport: Promise<AzureTransport> | undefined;

/** Returns what Azure's clients send with: through the environment's proxies, over connections that are kept for all of them. */
export function azureTransport(): Promise<AzureTransport> {
  return (transport ??= makeTransport());
}

async function makeTransport(): Promise<AzureTransport> {
  const { createDefaultHttpClient } = await import('@azure/core-rest-pipeline');
  const client = createDefaultHttpClient();
  const agents = new Map<string, http.Agent>();
  const agentFor = (proxy: string, { url, tlsSettings }: PipelineRequest): http.Agent => {
    const key = `${proxy} ${new URL(url).protocol} ${JSON.stringify(tlsSettings)}`;
    const agent = agents.get(key) ?? agentThrough(proxy, url, { keepAlive: true, ...tlsSettings });
    agents.set(key, agent);
    return agent;
  };
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const { host, hostname } = new URL(request.url);
      // The service that knows a machine's identity is on the machine's own link.
      const isNear = reachOfHost(hostname) === 'link-local';
      const proxy = isNear ? undefined : proxyOf(request.url, { doing: `reach ${host}` });
      if (proxy === undefined) delete request.agent;
      else request.agent = agentFor(proxy, request);
      return client.sendRequest(request).catch((error: NodeJS.ErrnoException) => {
        if (error.name === 'RestError') error.code = throughProxy(error.code ?? error.message, proxy);
        throw error;
      });
    },
  };
  return { httpClient, proxyOptions: noProxyOfItsOwn };
}
