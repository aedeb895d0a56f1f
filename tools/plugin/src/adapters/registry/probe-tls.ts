import { request, type RequestOptions } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { agentThrough } from '../proxy/proxy-agent.ts';
import { proxyOf } from '../proxy/proxy.ts';

const timeoutMs = 2000;

/**
 * Reports whether the server at an address uses TLS, whatever its certificate. Nothing is sent to it, but through a proxy,
 * where it is asked for its first page without a login.
 */
export async function probeTls(host: string): Promise<boolean> {
  const proxy = proxyOf(`https://${host}`, { doing: `reach ${host}` });
  return proxy === undefined ? shakesHands(host) : answersThrough(proxy, host);
}

function shakesHands(host: string): Promise<boolean> {
  const { hostname, port } = new URL(`https://${host}`);
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 443),
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const end = (speaks: boolean) => {
      socket.destroy();
      resolve(speaks);
    };
    socket.on('secureConnect', () => end(true));
    socket.on('error', () => end(false));
    socket.on('timeout', () => end(false));
  });
}

function answersThrough(proxy: string, host: string): Promise<boolean> {
  const agent = agentThrough(proxy, `https://${host}`, { rejectUnauthorized: false });
  const options: RequestOptions = { method: 'HEAD', agent, signal: AbortSignal.timeout(5 * timeoutMs) };
  return new Promise<boolean>((resolve) => {
    const sent = request(`https://${host}/`, options, () => resolve(true));
    sent.on('error', () => resolve(false));
    sent.end();
  }).finally(() => agent.destroy());
}
