import { publishingOrder } from '../../model/facade/publishing/publishing-order.ts';
import type { PublishCourse } from './publish-request.ts';
import type { ServicePublication } from './service-publication.ts';

/**
 * Publishes a service's APIs, in the order in which clients see at every moment a part of what runs. Continues what was
 * begun before, and writes nothing when nothing differs.
 * @param code the rollout of what they are served by.
 * @throws {Failure} naming what was done; planning again continues.
 */
export async function publish(
  publication: ServicePublication,
  course: PublishCourse,
  code: () => Promise<void> = async () => {},
): Promise<void> {
  for (const line of publication.breaking) course.reporter.warn(line);
  for (const line of publication.settledLines()) course.reporter.step(line);
  for (const phase of publishingOrder(publication.direction)) {
    if (phase === 'code') await code();
    else if (phase === 'check') await publication.check(course);
    else await publication.carryOut(phase, course);
  }
}
