import { setTimeout as pause } from 'node:timers/promises';
import { WakeUp } from '../model/wake-up.ts';
import { orTold } from './or-told.ts';
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
  const changed = new WakeUp();
  changed.ring();
  signal.addEventListener('abort', changed.ring, { once: true });
  const watching = request.environments.map((environment) =>
    orTold(
      async () => {
        for await (const _ of (await ports.cluster(environment)).changes(signal)) changed.ring();
      },
      // The status says why it cannot be looked into.
      () => undefined,
    ),
  );
  Promise.all(watching).catch(changed.ring);
  while (!signal.aborted) {
    await changed.heard();
    await pause(gathering, undefined, { signal }).catch(() => {});
    changed.forget();
    if (!signal.aborted) yield await status(request, ports);
  }
  await Promise.all(watching);
}
