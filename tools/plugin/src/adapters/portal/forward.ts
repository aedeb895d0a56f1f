import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { ProductError } from '../../model/errors/product-error.ts';
import { agentThrough } from '../proxy/proxy-agent.ts';
import { proxyOf } from '../proxy/proxy.ts';
import { throughProxy } from '../proxy/proxy-trouble.ts';

/** Headers of the connection alone (RFC 9110, 7.6.1), and those about this machine's page rather than about the request. */
const notPassedOn = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'expect', 'host', 'origin', 'referer'],
  // Cookies know no ports: these are of all that runs on this machine.
  'cookie',
];
/** Headers that would change the page, whose origin the answer gets. */
const notPassedBack = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['set-cookie', 'clear-site-data', 'refresh', 'link', 'service-worker-allowed', 'sourcemap', 'alt-svc'],
  ...['nel', 'report-to', 'reporting-endpoints', 'strict-transport-security'],
  ...['content-security-policy', 'content-security-policy-report-only'],
];
/** An answer that is opened by itself is a document without rights. */
const confinement = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Returns the address that a request to an API is for. @param rest of the path and the query, as it was sent.
 * @returns undefined where that would lead out of the API.
 */
export function addressWithin(address: string, rest: string): URL | undefined {
  if (!/^($|[/?])/.test(rest) || !URL.canParse(`${address}${rest}`)) return undefined;
  const [base, url] = [new URL(address), new URL(`${address}${rest}`)];
  const path = base.pathname.replace(/\/$/, '');
  const isWithin = url.origin === base.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
  // What is decoded twice on its way may be a way out as well.
  return isWithin && !/%2f|%5c|%00|%25(2e|2f|5c)/i.test(url.pathname) ? url : undefined;
}

/** Passes a request on, and its answer back. @param toPage returns the address of a redirection as the page has to ask it. */
export function forward(
  request: IncomingMessage,
  answer: ServerResponse,
  url: URL,
  toPage: (location: string) => string,
): void {
  const { host } = url;
  const target = new URL(url);
  // Names below localhost are this machine (RFC 6761), also where the resolver does not know them.
  if (target.hostname.endsWith('.localhost')) target.hostname = '127.0.0.1';
  const { request: ask } = target.protocol === 'https:' ? https : http;
  const headers = { ...without(request.headers, notPassedOn), host };
  const servername = url.hostname;
  const refuse = (reason: string) => {
    answer.writeHead(502, { 'content-type': 'text/plain; charset=utf-8', ...confinement });
    answer.end(`The door did not answer: ${reason}\n`);
  };
  const proxy = proxyTo(target.href, refuse);
  if (proxy === null) return;
  const agent = proxy === undefined ? false : agentThrough(proxy, target.href, {});
  const sent = ask(target, { method: request.method, headers, agent, servername }, (got) => {
    const { statusCode = 502, headers: received } = got;
    const { location } = received;
    const isRedirection = statusCode >= 300 && statusCode < 400 && location !== undefined;
    const passed = without(received, notPassedBack, /^access-control-/);
    answer.writeHead(statusCode, {
      ...passed,
      ...(isRedirection ? { location: toPage(location) } : {}),
      ...confinement,
    });
    got.pipe(answer);
    got.on('error', () => answer.destroy());
  });
  sent.on('error', ({ message }) => {
    if (answer.headersSent) return void answer.destroy();
    refuse(throughProxy(message, proxy));
  });
  answer.on('close', () => sent.destroy());
  request.pipe(sent);
}

/** Returns the environment's proxy for an address; null where what names it is the address of none. */
function proxyTo(address: string, refuse: (reason: string) => void): string | undefined | null {
  try {
    return proxyOf(address, { doing: `reach ${address}` });
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    refuse(error.facts.reason);
    return null;
  }
}

function without(headers: IncomingHttpHeaders, names: readonly string[], pattern = /^sec-/): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !names.includes(name) && !named.includes(name) && !pattern.test(name)),
  );
}
