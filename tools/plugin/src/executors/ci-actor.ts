import { hostname, userInfo } from 'node:os';
import type { Actor } from '../model/deployment-record.ts';

/** Who runs this command, from where: a CI run by its variables, or a person at a machine. */
export function actorOf(env: NodeJS.ProcessEnv): Actor {
  if (env['GITHUB_ACTIONS'] === 'true') {
    const run = `${env['GITHUB_SERVER_URL']}/${env['GITHUB_REPOSITORY']}/actions/runs/${env['GITHUB_RUN_ID']}`;
    return { person: env['GITHUB_ACTOR'] ?? 'github-actions', run };
  }
  if (env['TF_BUILD'] === 'True') {
    const run = `${env['SYSTEM_COLLECTIONURI']}${env['SYSTEM_TEAMPROJECT']}/_build/results?buildId=${env['BUILD_BUILDID']}`;
    return { person: env['BUILD_REQUESTEDFOR'] ?? 'azure-pipelines', run };
  }
  const person = userName();
  return { person, run: `${person}@${hostname()}` };
}

/** Whether no person sits before this command. */
export function isCi(env: NodeJS.ProcessEnv): boolean {
  return env['GITHUB_ACTIONS'] === 'true' || env['TF_BUILD'] === 'True' || env['CI'] === 'true';
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
