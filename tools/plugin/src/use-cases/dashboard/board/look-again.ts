import type { Environment } from '../../../model/environment/environment.ts';
import type { ChangedServices } from '../../../model/observe/changed-services.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { observeDoor } from '../../observe/observe-door.ts';
import { observeEnvironment } from '../../observe/observe-environment.ts';
import type { Observed } from '../../observe/status.ts';

/** An environment as a look at it found it, and the services for which that may differ from before. */
export interface Look {
  readonly observed: Observed;
  readonly changed: ChangedServices;
}

/** Looks into an environment: at services that changed since a look before, or at all where there is none. */
export async function lookAgain(
  before: Observed | undefined,
  services: ChangedServices,
  environment: Environment,
  ports: Pick<ReleasePorts, 'cluster' | 'facade'>,
): Promise<Look> {
  const seen = before && !('reason' in before.services) ? before.services : undefined;
  const names = seen && services !== 'all' ? services : undefined;
  const [found, door] = await Promise.all([
    observeEnvironment(names && [...names], environment, ports),
    observeDoor(environment, ports),
  ]);
  if ('reason' in found || !seen || !names) return { observed: { services: found, door }, changed: 'all' };
  const merged = new Map(seen);
  for (const name of names) {
    const one = found.get(name);
    if (one) merged.set(name, one);
    else merged.delete(name);
  }
  // Which service an API is of, its record says: any may be of one that changed.
  const isSameDoor = JSON.stringify(door) === JSON.stringify(before?.door);
  return { observed: { services: merged, door }, changed: isSameDoor ? names : 'all' };
}
