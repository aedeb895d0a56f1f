import type { ServiceRun } from '../service-executor.ts';

/** Asks the origin which releases there are, so that the answer is there when it is needed. */
export function prefetchReleases({ service, ports }: Pick<ServiceRun, 'service' | 'ports'>): void {
  ports.repository.releaseTags(service.name).catch(() => undefined);
}
