import http from 'node:http';
import https from 'node:https';
import { agentThrough } from '../../proxy/proxy-agent.ts';
import { userAgent } from '../../../model/product/wire-names.ts';
import type { ApiRequest } from './api-request.ts';
import type { ClusterAccess, Identity } from './credentials/cluster-access.ts';

/** Sends requests to an API server over kept connections. */
export class Transport {
  private readonly server: string;
  private readonly agent: http.Agent;

  constructor({ server, proxy, tls }: ClusterAccess) {
    this.server = server;
    this.agent = agentThrough(proxy, server, { keepAlive: true, keepAliveMsecs: 10_000, noDelay: true, ...tls });
  }

  /** Sends one, and returns its answer as soon as that begins. */
  async open(
    method: string,
    path: string,
    request: ApiRequest,
    { headers: asker, certificate }: Identity,
  ): Promise<http.IncomingMessage> {
    const { query = {}, body, signal } = request;
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      ...asker,
      accept: request.accept ?? 'application/json',
      // The server packs what is longer than 128 KiB only.
      ...(request.isLong ? { 'accept-encoding': 'gzip' } : {}),
      'user-agent': userAgent.deployer,
      ...(content
        ? { 'content-type': request.contentType ?? 'application/json', 'content-length': content.length }
        : {}),
    };
    const { request: send } = url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.agent, ...certificate, ...(signal ? { signal } : {}) };
      const sent = send(url, options, resolve);
      sent.on('error', reject);
      sent.end(content);
    });
  }

  /** Closes connections that are kept and not used: some may be dead without an error. */
  closeIdle(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) for (const each of sockets ?? []) each.destroy();
  }

  close(): void {
    this.agent.destroy();
  }
}
