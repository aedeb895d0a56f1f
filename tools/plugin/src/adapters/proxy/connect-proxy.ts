import http from 'node:http';
import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { loginAt } from './proxy.ts';
import { ProxyTrouble } from './proxy-trouble.ts';

/** For a connection to a proxy, and for its answer. It tries to reach another machine before it answers. */
const answerTimeoutMs = 20_000;

/** A connection through a proxy. */
export interface Passage {
  /** The address of an HTTP proxy. */
  readonly proxy: string;
  readonly host: string;
  readonly port: number | string;
}

/** Returns a connection to an HTTP proxy, in TLS where its address says so. @throws {ProxyTrouble} */
export function reachProxy(proxy: string): Promise<Socket> {
  const { protocol, hostname, port } = new URL(proxy);
  const isTls = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const options = { host, port: Number(port || (isTls ? 443 : 80)) };
  return new Promise((resolve, reject) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = isTls ? connectTls({ ...options, ...name }) : connect(options);
    const fail = (cause: unknown) => {
      socket.destroy();
      reject(ProxyTrouble.unreachable(proxy, cause));
    };
    const timer = setTimeout(() => fail(new Error(noAnswer)), answerTimeoutMs);
    const settle = () => clearTimeout(timer);
    socket.once('error', fail).once('close', settle);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.off('error', fail).off('close', settle);
      settle();
      resolve(socket);
    });
  });
}

/** Returns a connection to another machine, which an HTTP proxy passes on (CONNECT). @throws {ProxyTrouble} */
export async function openTunnel({ proxy, host, port }: Passage): Promise<Socket> {
  const socket = await reachProxy(proxy);
  const to = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const login = loginAt(new URL(proxy));
  return new Promise((resolve, reject) => {
    const request = http.request({
      ...{ method: 'CONNECT', path: to, setHost: false, createConnection: () => socket },
      headers: { host: to, ...(login === undefined ? {} : { 'proxy-authorization': login }) },
    });
    const timer = setTimeout(() => request.destroy(new Error(noAnswer)), answerTimeoutMs);
    request.once('close', () => clearTimeout(timer));
    request.once('error', (cause) => reject(ProxyTrouble.unreachable(proxy, cause)));
    request.once('connect', ({ statusCode: status = 0, headers }, _socket, head: Buffer) => {
      clearTimeout(timer);
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head);
        return resolve(socket);
      }
      socket.destroy();
      reject(ProxyTrouble.refused(proxy, to, { status, ways: [headers['proxy-authenticate']].flat().join(', ') }));
    });
    request.end();
  });
}

const noAnswer = `no answer within ${answerTimeoutMs / 1000} s`;
