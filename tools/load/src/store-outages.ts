import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { platform } from '../../scratch-workspace/src/platform.ts';
import type { Outage } from './unkept-waits.ts';

/** Watches for how long stores are away. */
export interface RunningOutages {
  /** Ends the watch. @returns when each of them was away; one that still is, until now. */
  stop(): Outage[];
}

const columns = [
  'STORE:.metadata.labels.kubernetes\\.io/service-name',
  'SERVING:.endpoints[*].conditions.serving',
  'ENDING:.endpoints[*].conditions.terminating',
].join(',');

/**
 * Watches stores of one pod by their EndpointSlices: one is away from when its pod is told to go until another one is ready.
 * @param stores names of their Services. @param namespace theirs.
 */
export async function startWatchingOutages(stores: readonly string[], namespace: string): Promise<RunningOutages> {
  const { kubeconfig, context, binaries } = await platform();
  const where = [`--kubeconfig=${kubeconfig}`, `--context=${context}`, '--namespace', namespace];
  const shape = ['--watch', '--no-headers', `--output=custom-columns=${columns}`];
  const selector = `--selector=kubernetes.io/service-name in (${stores.join(', ')})`;
  const child = spawn(join(binaries, 'kubectl'), [...where, 'get', 'endpointslices', selector, ...shape]);
  /** When each that is away went. */
  const since = new Map<string, number>();
  const outages: Outage[] = [];
  let isListed = (): void => {};
  const listed = new Promise<void>((resolve) => (isListed = resolve));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [store = '', serving, ending] = line.trim().split(/\s+/);
    const isThere = serving === 'true' && ending === 'false';
    const went = since.get(store);
    if (isThere && went !== undefined) outages.push({ store, fromMs: went, toMs: performance.now() });
    if (isThere) since.delete(store);
    else since.set(store, went ?? performance.now());
    isListed();
  });
  child.on('close', isListed);
  await listed;
  return {
    stop() {
      child.kill();
      const toMs = performance.now();
      return [...outages, ...[...since].map(([store, fromMs]) => ({ store, fromMs, toMs }))];
    },
  };
}
