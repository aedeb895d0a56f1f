import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DashboardEvents, DashboardFeed } from '../../ports/dashboard-feed.ts';
import { EventStream } from './event-stream.ts';
import { PatchRing } from './patch-ring.ts';

/** Milliseconds between beats, by which a page knows that it is still told of changes. */
const beatMs = 10_000;
/** A browser has one stream; this many are nobody's but of a page that asks in a loop. */
const mostStreams = 64;

/** The streams of all pages that are open. */
export class EventStreams {
  private readonly feed: DashboardFeed;
  private readonly ring = new PatchRing();
  private readonly streams = new Set<EventStream>();
  private readonly endings: readonly (() => void)[];

  constructor(feed: DashboardFeed, runs: DashboardEvents | undefined) {
    this.feed = feed;
    const beats = setInterval(() => this.all((stream) => this.beat(stream)), beatMs);
    this.endings = [
      () => clearInterval(beats),
      feed.onPatch((patch) => {
        const text = this.ring.add(patch);
        this.all((stream) => stream.send('patch', text, patch.version));
      }),
      ...(runs ? [runs.onEvent((event) => this.tellRun(event))] : []),
    ];
  }

  /** Has a page hear all from the version on that it has. @returns false when there are too many. */
  open(request: IncomingMessage, answer: ServerResponse, since: string | undefined): boolean {
    if (this.streams.size >= mostStreams) return false;
    answer.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    const stream = new EventStream(answer, () => this.version);
    answer.on('close', () => this.streams.delete(stream));
    const [id = since] = [request.headers['last-event-id']].flat();
    const missed = /^\d{1,15}$/.test(id ?? '') ? this.ring.since(Number(id), this.version) : undefined;
    if (missed) for (const { version, text } of missed) stream.send('patch', text, version);
    else stream.reset();
    this.beat(stream);
    this.streams.add(stream);
    return true;
  }

  close(): void {
    for (const end of this.endings) end();
    this.all((stream) => stream.end());
  }

  private get version(): number {
    return this.feed.state().version;
  }

  private tellRun(event: object): void {
    const text = JSON.stringify(event);
    this.all((stream) => stream.send('run', text));
  }

  private beat(stream: EventStream): void {
    const { now, version } = this.feed.state();
    stream.send('beat', JSON.stringify({ now, version }));
  }

  private all(action: (stream: EventStream) => void): void {
    for (const stream of this.streams) action(stream);
  }
}
