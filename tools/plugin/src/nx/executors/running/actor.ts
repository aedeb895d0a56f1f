import { execFileSync } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { actorOfRun, ciRunOf, nameOf } from '../../../model/ci/ci-run.ts';
import type { Actor } from '../../../model/release/actor.ts';
import { actorVariable } from '../../../model/product/wire-names.ts';

/** Returns who runs this command, from where: a CI's run by its variables, or a person at a machine. */
export function actorOf(env: NodeJS.ProcessEnv): Actor {
  const run = ciRunOf(env);
  if (run && run.ci !== 'other-ci') return actorOfRun(run);
  const account = accountName();
  return { person: nameOf(env[actorVariable]) ?? gitUserName() ?? account, run: `${account}@${hostname()}` };
}

let gitUser: { readonly name: string | undefined } | undefined;

/** Returns the name that git writes into commits made here; asked once for all services of a command. */
function gitUserName(): string | undefined {
  return (gitUser ??= { name: nameOf(readGitUserName()) }).name;
}

function readGitUserName(): string | undefined {
  try {
    return execFileSync('git', ['config', '--get', 'user.name'], {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // No git, or no name.
    return undefined;
  }
}

/** A container may run as a user that has no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
