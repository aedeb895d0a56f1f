import { WebSocket } from 'ws';

/** A message of the DevTools protocol. */
export interface InspectorClientMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A debugger, on one connection for all of its life. */
export class InspectorClient {
  isClosed = false;
  private readonly socket: WebSocket;
  private readonly events: InspectorClientMessage[] = [];
  private readonly answers = new Map<number, (message: InspectorClientMessage) => void>();
  private lastId = 0;
  private look = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('close', () => (this.isClosed = true));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as InspectorClientMessage;
      if (message.id === undefined) this.events.push(message);
      else this.answers.get(message.id)?.(message);
      this.look();
    });
  }

  /** Connects as VS Code and Chrome do: to what is listed at a port. */
  static async connect(port: number): Promise<InspectorClient> {
    const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(list[0]!.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new InspectorClient(socket);
  }

  /** Sends a request. @returns its answer. */
  send(method: string, params: object = {}): Promise<InspectorClientMessage> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** Returns the events of a kind that have come, and that nobody has taken. */
  seen(method: string): InspectorClientMessage[] {
    return this.events.filter((event) => event.method === method);
  }

  /** Waits for the next event of a kind that is wanted, and takes it. */
  next(
    method: string,
    isWanted: (message: InspectorClientMessage) => boolean = () => true,
  ): Promise<InspectorClientMessage> {
    return new Promise((resolve) => {
      this.look = () => {
        const at = this.events.findIndex((event) => event.method === method && isWanted(event));
        if (at === -1) return;
        this.look = () => {};
        resolve(this.events.splice(at, 1)[0]!);
      };
      this.look();
    });
  }

  close(): void {
    this.socket.terminate();
  }
}
