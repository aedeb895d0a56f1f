import { hostname, userInfo } from 'node:os';
import { actorOfRun, ciRunOf } from '../../../model/ci/ci-run.ts';
import type { Actor } from '../../../model/release/actor.ts';

/** Who runs this command, from where: a CI's run by its variables, or a person at a machine. */
export function actorOf(env: NodeJS.ProcessEnv): Actor {
  const run = ciRunOf(env);
  if (run && run.ci !== 'other-ci') return actorOfRun(run);
  const person = userName();
  return { person, run: `${person}@${hostname()}` };
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
