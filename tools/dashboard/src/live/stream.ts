import type { DashboardPatch, DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { startCounting } from './elapsed.ts';
import { connection, hearTime, newestVersion, now, state, takePatch, takeState, tick } from '../store.ts';

/** Milliseconds without a beat after which the page says so: the server sends one each 10 s. */
const beatTimeout = 25_000;
/** Milliseconds until the stream is opened again, the first to the last time in a row. */
const pauses = [1000, 2000, 4000, 8000, 15_000];
/** Milliseconds for the whole state: a request that hangs holds one of six connections. */
const stateTimeout = 20_000;

/** An event of the server, as the tab that reads the stream passes it on to the others. */
interface Heard {
  readonly event: string;
  readonly data: string;
}

/** Called with each event of a run, however it came into this tab. */
type RunListener = (data: string) => void;
const runListeners = new Set<RunListener>();

/** Listens to lines of runs. @returns what ends it. */
export function onRunEvent(listener: RunListener): () => void {
  runListeners.add(listener);
  return () => runListeners.delete(listener);
}

const channel = new BroadcastChannel('poc-dashboard');
let sinceBeat = startCounting();
let failures = 0;
/** True once something came by the stream that is open. */
let hasHeard = false;
let source: EventSource | undefined;
let retry: number | undefined;

/**
 * Follows the server. Of all tabs of a browser one reads the stream, which holds a lock, and passes on what it hears: browsers
 * open six connections to a host, and a seventh tab would wait for an answer without an end.
 */
export async function followServer(): Promise<void> {
  channel.onmessage = ({ data }: MessageEvent<Heard>) => hear(data);
  document.addEventListener('visibilitychange', () => void takeTurns());
  setInterval(watchBeats, 1000);
  await fetchState();
  void takeTurns();
}

let turn: AbortController | undefined;

/** A hidden tab gives the stream away. */
async function takeTurns(): Promise<void> {
  turn?.abort();
  if (document.hidden) return;
  const mine = new AbortController();
  turn = mine;
  if (connection.value.kind !== 'over' && state.value !== undefined) tick();
  // Browsers have locks only where the address is a safe one (https, or this machine): there each tab reads for itself.
  if (!isSecureContext) return readUntil(mine.signal);
  try {
    await navigator.locks.request('poc-dashboard-stream', { signal: mine.signal }, () => readUntil(mine.signal));
  } catch {
    // It was hidden before its turn came.
  }
}

function readUntil(signal: AbortSignal): Promise<void> {
  open();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      source?.close();
      source = undefined;
      clearTimeout(retry);
      resolve();
    });
  });
}

function open(): void {
  source?.close();
  const opened = new EventSource(`/api/events?since=${newestVersion() ?? 0}`);
  source = opened;
  sinceBeat = startCounting();
  hasHeard = false;
  for (const event of ['patch', 'beat', 'reset', 'run']) {
    opened.addEventListener(event, ({ data }: MessageEvent<string>) => {
      failures = 0;
      hasHeard = true;
      hear({ event, data });
      channel.postMessage({ event, data } satisfies Heard);
    });
  }
  opened.onerror = () => tryAgain('the server does not answer');
}

function tryAgain(reason: string): void {
  source?.close();
  clearTimeout(retry);
  const pause = pauses[Math.min(failures++, pauses.length - 1)]!;
  // One that failed once may come back before anybody has read of it.
  if (failures > 1 || connection.value.kind === 'lost') lose(pause, reason);
  const tried = source;
  retry = setTimeout(() => {
    void fetchState().then(() => {
      // Meanwhile the tab may have been hidden, and another reads the stream.
      if (source === tried && source !== undefined) open();
    });
  }, pause) as unknown as number;
}

function lose(pause: number, reason: string): void {
  const { value } = connection;
  if (value.kind === 'over') return;
  const since = value.kind === 'lost' ? value.since : now.value.toISOString();
  connection.value = { kind: 'lost', since, retryAt: Date.now() + pause, reason };
}

function watchBeats(): void {
  if (document.hidden || connection.value.kind === 'over') return;
  if (sinceBeat() > beatTimeout) {
    sinceBeat = startCounting();
    failures = Math.max(failures, 1);
    if (source === undefined) lose(beatTimeout, 'no beat for 25 s');
    else tryAgain(hasHeard ? 'no beat for 25 s' : 'changes do not come through; a proxy may hold them back');
  }
  if (connection.value.kind === 'lost') connection.value = { ...connection.value };
  else if (new Date().getSeconds() % 5 === 0) tick();
}

function hear({ event, data }: Heard): void {
  sinceBeat = startCounting();
  if (event === 'run') return runListeners.forEach((listener) => listener(data));
  if (event === 'reset') return void fetchState();
  if (event === 'patch' && !takePatch(JSON.parse(data) as DashboardPatch)) return void fetchState();
  if (event === 'beat') {
    const { now: time, version } = JSON.parse(data) as { now: string; version: number };
    hearTime(time);
    if (version !== newestVersion()) return void fetchState();
  }
  connection.value = connection.value.kind === 'live' ? connection.value : { kind: 'live' };
}

/** Fetches the whole state. A late answer does not take the place of a newer one. */
async function fetchState(): Promise<void> {
  try {
    const answer = await fetch('/api/state', { signal: AbortSignal.timeout(stateTimeout) });
    if (answer.status === 401) {
      source?.close();
      clearTimeout(retry);
      connection.value = { kind: 'over' };
      return;
    }
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const next = (await answer.json()) as DashboardState;
    // Lower versions are those of a server that was started anew.
    if (next.version === newestVersion()) return hearTime(next.now);
    takeState(next);
  } catch (error) {
    if (state.value === undefined) lose(pauses[0]!, error instanceof Error ? error.message : String(error));
  }
}
