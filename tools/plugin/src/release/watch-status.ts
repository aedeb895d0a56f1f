import { setTimeout as pause } from 'node:timers/promises';
import { ProductError } from '../model/product-error.ts';
import { status, type Status, type StatusRequest } from './status.ts';
import type { ReleasePorts } from './release-ports.ts';

/** Milliseconds for which changes are gathered: a rollout makes many at once. */
const gathering = 500;

/** Tells the status now, and again whenever something in one of the environments changed, until the signal. */
export async function* watchStatus(
  request: StatusRequest,
  ports: Pick<ReleasePorts, 'cluster' | 'repository'>,
  signal: AbortSignal,
): AsyncGenerator<Status> {
  let hasChanged = true;
  let wake = () => {};
  const tell = () => {
    hasChanged = true;
    wake();
  };
  signal.addEventListener('abort', tell, { once: true });
  const watching = request.environments.map(async (environment) => {
    try {
      for await (const _ of (await ports.cluster(environment)).changes(signal)) tell();
    } catch (error) {
      // The status says why it cannot be looked into.
      if (!(error instanceof ProductError)) throw error;
    }
  });
  Promise.all(watching).catch(tell);
  while (!signal.aborted) {
    if (!hasChanged) await new Promise<void>((resolve) => (wake = resolve));
    await pause(gathering, undefined, { signal }).catch(() => {});
    hasChanged = false;
    if (!signal.aborted) yield await status(request, ports);
  }
  await Promise.all(watching);
}
