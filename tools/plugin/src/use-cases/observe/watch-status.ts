import { setTimeout as pause } from 'node:timers/promises';
import { Notify } from '../../model/concurrency/notify.ts';
import { catchProductError } from '../../model/errors/result.ts';
import { status, type Status, type StatusPorts, type StatusRequest } from './status.ts';

/** Milliseconds for which changes are gathered: a rollout makes many at once. */
const gathering = 500;
/** Milliseconds after which an environment is asked again that could not be looked into. */
const askingAgain = 5000;

/** Yields the status now, and again after every change in one of the environments, until the signal. */
export async function* watchStatus(
  request: StatusRequest,
  ports: StatusPorts,
  signal: AbortSignal,
): AsyncGenerator<Status> {
  const changed = new Notify();
  changed.notify();
  signal.addEventListener('abort', changed.notify, { once: true });
  const watching = request.environments.map(async (environment) => {
    while (!signal.aborted) {
      await catchProductError(
        async () => {
          for await (const _ of (await ports.cluster(environment)).changes(signal)) changed.notify();
        },
        // The status says why it cannot be looked into.
        () => changed.notify(),
      );
      await pause(askingAgain, undefined, { signal }).catch(() => {});
    }
  });
  Promise.all(watching).catch(changed.notify);
  while (!signal.aborted) {
    await changed.notified();
    await pause(gathering, undefined, { signal }).catch(() => {});
    changed.reset();
    if (!signal.aborted) yield await status(request, ports);
  }
  await Promise.all(watching);
}
