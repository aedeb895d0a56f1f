import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import {
  fromDebugger,
  fromProcess,
  isRestored,
  newSession,
  processBegun,
  processEnded,
} from '../../model/dev/inspector-session.ts';
import type { InspectorMessage } from '../../model/dev/inspector-session.ts';
import type { InspectorRelay, PortWish } from '../../ports/dev/dev-machine.ts';
import { listenOn } from './listen.ts';

/** Heap snapshots and sources are long. */
const longest = 512 * 1024 * 1024;
/** Milliseconds after which a process runs though a debugger has not been restored in it. */
const patience = 5000;

/**
 * An inspector at one address, before those of processes that come and go. A debugger's connection is to this, and stays;
 * behind it there is one to the present process, and what the debugger has set is set again in each (inspector-session.ts).
 */
export class WebSocketInspectorRelay implements InspectorRelay {
  readonly port: number;
  private readonly server: ReturnType<typeof createServer>;
  private readonly sockets: WebSocketServer;
  private readonly sessions = new Set<RelayedSession>();
  private url: string | undefined;

  private constructor(server: ReturnType<typeof createServer>, sockets: WebSocketServer, port: number) {
    this.server = server;
    this.sockets = sockets;
    this.port = port;
  }

  /** @param title of what is debugged. @throws {Refusal} when the port is taken. */
  static async listen(wish: PortWish, title: string): Promise<WebSocketInspectorRelay> {
    // As with Node.js's own, nobody gets in who has not been told this: pages of a browser may connect to any port.
    const id = randomUUID();
    const server = createServer((request, response) => describe(request, response, { id, title }));
    const sockets = new WebSocketServer({ noServer: true, maxPayload: longest, perMessageDeflate: false });
    const relay = new WebSocketInspectorRelay(server, sockets, await listenOn(server, wish));
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      if (request.url !== `/${id}` || !isOfThisMachine(request)) return void socket.destroy();
      sockets.handleUpgrade(request, socket, head, (client) => relay.take(client));
    });
    return relay;
  }

  async attach(url: string): Promise<void> {
    this.url = url;
    const restored = Promise.all([...this.sessions].map((session) => session.attach(url)));
    await Promise.race([restored, new Promise((resolve) => setTimeout(resolve, patience).unref())]);
    if (this.url === url) await runWaiting(url);
  }

  /** Leaves a process that ends: it waits for its debuggers to go. */
  leave(url: string | undefined): void {
    for (const session of this.sessions) session.leave(url);
    if (this.url === url) this.url = undefined;
  }

  close(): void {
    for (const session of this.sessions) session.close();
    this.sockets.close();
    this.server.close();
    this.server.closeAllConnections();
  }

  private take(client: WebSocket): void {
    const session = new RelayedSession(client);
    this.sessions.add(session);
    client.on('close', () => {
      this.sessions.delete(session);
      session.close();
    });
    if (this.url !== undefined) void session.attach(this.url);
  }
}

/** One debugger, and its connection to the present process. */
class RelayedSession {
  private readonly client: WebSocket;
  private state = newSession;
  private process: WebSocket | undefined;
  private url: string | undefined;
  /** The requests of the debugger while there is no process. */
  private waiting: InspectorMessage[] = [];

  constructor(client: WebSocket) {
    this.client = client;
    client.on('message', (data) => this.fromDebugger(JSON.parse(String(data)) as InspectorMessage));
    client.on('error', () => client.terminate());
  }

  /** Settled when all that the debugger has set is set in the process, or it is gone. */
  attach(url: string): Promise<void> {
    this.leave(this.url);
    return new Promise((resolve) => {
      const process = new WebSocket(url, { maxPayload: longest, perMessageDeflate: false });
      this.process = process;
      this.url = url;
      process.on('open', () => {
        if (this.process !== process) return process.terminate();
        const { session, toProcess } = processBegun(this.state);
        this.state = session;
        for (const message of toProcess) process.send(JSON.stringify(message));
        for (const message of this.waiting.splice(0)) this.fromDebugger(message);
        if (isRestored(this.state)) resolve();
      });
      process.on('message', (data) => {
        if (this.process !== process) return;
        const { session, forward } = fromProcess(this.state, JSON.parse(String(data)) as InspectorMessage);
        this.state = session;
        if (forward) this.tell(forward);
        if (isRestored(session)) resolve();
      });
      process.on('error', () => process.terminate());
      process.on('close', () => {
        if (this.process === process) this.leave(url);
        resolve();
      });
    });
  }

  /** @param url the process that is left, if it is the present one. */
  leave(url: string | undefined): void {
    if (this.process === undefined || url !== this.url) return;
    const { process } = this;
    this.process = this.url = undefined;
    process.terminate();
    const { session, toDebugger } = processEnded(this.state);
    this.state = session;
    for (const message of toDebugger) this.tell(message);
  }

  close(): void {
    this.process?.terminate();
    this.client.terminate();
  }

  private fromDebugger(message: InspectorMessage): void {
    if (this.process?.readyState !== WebSocket.OPEN) return void this.waiting.push(message);
    const { session, forward } = fromDebugger(this.state, message);
    this.state = session;
    if (forward) this.process.send(JSON.stringify(forward));
  }

  private tell(message: InspectorMessage): void {
    if (this.client.readyState === WebSocket.OPEN) this.client.send(JSON.stringify(message));
  }
}

/**
 * Has a process run that waits for a debugger (`--inspect-wait`), whether or not there is one. It is told so when it says
 * that it waits: what it is told between "Debugger listening" and that moment is lost, and it would wait for ever.
 */
function runWaiting(url: string): Promise<void> {
  return new Promise((resolve) => {
    const control = new WebSocket(url, { perMessageDeflate: false });
    const send = (id: number, method: string) => control.send(JSON.stringify({ id, method }));
    control.on('open', () => send(1, 'NodeRuntime.enable'));
    control.on('message', (data) => {
      const { id, method, error } = JSON.parse(String(data)) as InspectorMessage;
      if (id === 2) control.terminate();
      else if (method === 'NodeRuntime.waitingForDebugger' || error) send(2, 'Runtime.runIfWaitingForDebugger');
    });
    control.on('error', () => control.terminate());
    control.on('close', () => resolve());
  });
}

/** Answers as Node.js's own inspector does: debuggers look for what they can debug here. */
function describe(
  request: IncomingMessage,
  response: ServerResponse,
  { id, title }: { readonly id: string; readonly title: string },
): void {
  const { host = '' } = request.headers;
  const known: Readonly<Record<string, unknown>> = {
    '/json/version': { Browser: `node.js/${process.version}`, 'Protocol-Version': '1.1' },
    '/json/list': [
      {
        description: 'node.js instance',
        devtoolsFrontendUrl: `devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws=${host}/${id}`,
        id,
        title,
        type: 'node',
        url: `file://${title}`,
        webSocketDebuggerUrl: `ws://${host}/${id}`,
      },
    ],
  };
  const path = (request.url ?? '').replace(/\/$/, '');
  const answer = isOfThisMachine(request) ? known[path === '/json' ? '/json/list' : path] : undefined;
  response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(answer === undefined ? '' : JSON.stringify(answer));
}

/** A page that has its own name resolve to this machine is not let in (DNS rebinding). */
function isOfThisMachine({ headers: { host = '' } }: IncomingMessage): boolean {
  return /^(localhost|[\d.]+|\[[\da-f:]+\])(:\d+)?$/i.test(host);
}
