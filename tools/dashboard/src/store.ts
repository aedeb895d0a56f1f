import { computed, signal } from '@preact/signals';
import { applyPatch } from '../../plugin/src/model/dashboard/apply-patch.ts';
import { KnownNow } from '../../plugin/src/model/dashboard/known-now.ts';
import type { DashboardPatch, DashboardState } from '../../plugin/src/model/dashboard/dashboard-state.ts';
import { startCounting } from './live/elapsed.ts';

/** How the page hears of changes. `over`: the server was started anew, and this page belongs to its past. */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly since: string; readonly retryAt: number; readonly reason: string }
  | { readonly kind: 'over' };

/** The state as the server sends it. */
const sent = signal<DashboardState | undefined>(undefined);
const knownNow = new KnownNow();

/** All that the page is drawn from, as far as it is known now; undefined until the server has answered. */
export const state = computed(() => sent.value && knownNow.of(sent.value));
export const connection = signal<Connection>({ kind: 'connecting' });

/** Milliseconds since the server's time was heard: this machine's clock may be another. */
let sinceHeard = startCounting();
let heard = Date.now();

/** The server's time, a few seconds old at most: ages are counted by it. */
export const now = signal(new Date());

/** Whether anything may be done: not while the page may be old. */
export const isLive = computed(() => connection.value.kind === 'live');

/** Whether what is shown may have changed since: the server was heard, and is not any more. */
export const isOld = computed(() => connection.value.kind === 'lost' || connection.value.kind === 'over');

/** Takes a time that the server sent. */
export function hearTime(iso: string): void {
  heard = Date.parse(iso);
  sinceHeard = startCounting();
  now.value = new Date(heard);
}

/** Lets ages grow. */
export function tick(): void {
  now.value = new Date(heard + sinceHeard());
}

/** The newest state, which the next frame draws; undefined when it is drawn already. */
let undrawn: DashboardState | undefined;

/** Returns the version of the newest state, also before it is drawn. */
export function newestVersion(): number | undefined {
  return (undrawn ?? sent.peek())?.version;
}

/** Takes a whole state. */
export function takeState(next: DashboardState): void {
  undrawn = undefined;
  hearTime(next.now);
  sent.value = next;
}

/**
 * Takes a change. Those that come before the next frame are drawn together: each costs as much as all of them.
 * @returns false when one before it was missed, so that the whole state is needed.
 */
export function takePatch(patch: DashboardPatch): boolean {
  const before = undrawn ?? sent.peek();
  if (!before || patch.version > before.version + 1) return false;
  if (patch.version <= before.version) return true;
  if (undrawn === undefined && !document.hidden) requestAnimationFrame(drawNewest);
  undrawn = applyPatch(before, patch);
  // A hidden page has no frames.
  if (document.hidden) drawNewest();
  return true;
}

function drawNewest(): void {
  if (undrawn !== undefined) takeState(undrawn);
}
