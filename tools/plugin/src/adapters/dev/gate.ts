import { connect, type Socket } from 'node:net';

const host = '127.0.0.1';
/** Milliseconds between two tries of a port that nobody listens on yet. */
const pause = 25;
/** Milliseconds for which a connection waits for such a port. */
const patience = 30_000;
/** Begins a request on a connection that is kept. */
const requestLine = /^[A-Z]+ \S+ HTTP\/1\.[01]\r?\n/;

/**
 * Takes connections for a service whose processes come and go. Those that come while one is being replaced wait for the
 * next, so that no request is lost by a reload. What is being answered is answered by the process that has it; the next
 * request on the same connection is for the next process, so that nobody sees old sources after a reload.
 */
export class Gate {
  private target: number | undefined;
  private state: 'open' | 'held' | 'shut' = 'held';
  private waiting: Socket[] = [];

  /** Leads connections to a port from now on. */
  open(port: number): void {
    this.target = port;
    this.state = 'open';
    for (const connection of this.waiting.splice(0)) this.take(connection);
  }

  /** Keeps connections until there is a process for them. */
  hold(): void {
    this.state = 'held';
  }

  /** Refuses connections: there is no process, and none is being started. */
  shut(): void {
    this.state = 'shut';
    for (const connection of this.waiting.splice(0)) connection.destroy();
  }

  /** Leads a connection to the process, now or later. */
  readonly take = (connection: Socket): void => {
    if (this.state === 'shut') return void connection.destroy();
    if (this.state === 'held' || this.target === undefined) return void this.waiting.push(connection);
    this.lead(connection, this.target, performance.now() + patience);
  };

  /** A tool that reloads by itself is without a process for a moment. */
  private lead(connection: Socket, port: number, until: number): void {
    if (connection.destroyed) return;
    const onward = connect({ port, host, allowHalfOpen: true, noDelay: true });
    const giveUp = () => connection.destroy();
    onward.once('error', () => {
      if (performance.now() > until || this.state === 'shut') return giveUp();
      setTimeout(() => (this.target === port ? this.lead(connection, port, until) : this.take(connection)), pause);
    });
    onward.once('connect', () => {
      onward.removeAllListeners('error').on('error', giveUp);
      this.relay(connection, onward, port);
    });
  }

  /** Passes on what both sides send, until the next request on this connection is for another process. */
  private relay(connection: Socket, onward: Socket, port: number): void {
    let hasAnswered = false;
    let closes = false;
    const isOutdated = () => this.target !== port || this.state !== 'open';
    const fromClient = (chunk: Buffer) => {
      if (isOutdated() && hasAnswered && requestLine.test(chunk.toString('latin1', 0, 256))) {
        leave();
        onward.destroy();
        connection.unshift(chunk);
        this.take(connection);
      } else if (!onward.write(chunk)) {
        connection.pause();
        onward.once('drain', () => connection.resume());
      }
    };
    const onEnd = () => onward.end();
    const onClose = () => onward.destroy();
    const leave = () => {
      connection.pause();
      connection.off('data', fromClient).off('end', onEnd).off('close', onClose);
      onward.removeAllListeners().on('error', () => {});
    };
    connection.on('data', fromClient).on('end', onEnd).on('close', onClose);
    onward.on('data', (chunk: Buffer) => {
      // An interim answer (100, 101) is no end of a request.
      const head = chunk.toString('latin1', 0, 4096);
      hasAnswered = !/^HTTP\/1\.1 1/.test(head);
      if (/^HTTP\/1/.test(head)) closes = /^HTTP\/1\.0|\r\nconnection: *close/i.test(head);
      if (connection.write(chunk)) return;
      onward.pause();
      connection.once('drain', () => onward.resume());
    });
    const onGone = () => {
      leave();
      onward.destroy();
      // A process that was replaced closes what is idle; whoever is connected may be sending the next request.
      if (hasAnswered && !closes && isOutdated() && this.state !== 'shut' && !connection.readableEnded)
        this.take(connection);
      else connection.end();
    };
    onward.on('end', onGone).on('close', onGone);
    connection.resume();
  }
}

/** Waits until somebody listens on a port. @returns whether anybody does; no when the signal is aborted before. */
export async function untilListening(port: number, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const isThere = await new Promise<boolean>((resolve) => {
      const probe = connect({ port, host });
      probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
      probe.once('connect', () => probe.destroy());
    });
    if (isThere) return true;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return false;
}
