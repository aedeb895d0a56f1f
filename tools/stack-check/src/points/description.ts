import { join } from 'node:path';
import type { Points } from '../points.ts';
import { findContradictions } from '../schemathesis.ts';
import type { Subject } from '../subject.ts';

/** What a service answers is what its description says, to requests that nobody thought of. */
export async function checkDescription(subject: Subject, points: Points): Promise<void> {
  await subject.asGenerated(async (service) => {
    const description = join(subject.here.folder, 'openapi.yaml');
    // What a framework answers to what is no request of the description is its own.
    const check = subject.stack.hasOwnAnswers ? 'not_a_server_error' : undefined;
    const told = await findContradictions(description, service.port, check);
    points.add('Schemathesis finds no contradiction', told === '', told);
  });
}
