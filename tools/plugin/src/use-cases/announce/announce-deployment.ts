import type { Actor } from '../../model/release/actor.ts';
import type { DeploymentCause, DeploymentOutcome } from '../../model/deploy/deployment-record.ts';
import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { meaningOf } from '../../model/errors/error-meaning.ts';
import * as places from '../../model/workspace/places.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { cutText, linkOf, longestDescription } from '../../model/forge/forge-text.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { DeploymentLinks, ForgeDeploymentEnding, NewForgeDeployment } from '../../ports/forge.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { forgeRepair, forgeTrouble, waitForForge } from './wait-for-forge.ts';

/** A deployment that begins. */
export interface BegunDeployment {
  readonly environment: Environment;
  readonly release: Release;
  readonly actor: Actor;
  readonly cause: DeploymentCause;
}

/**
 * How a deployment ended, as a forge may know it: the kind of a failure, and never what logs, events or containers said,
 * because the pages of a forge may be public. What happened is in the log of the run, which the forge links to.
 */
export type AnnouncedEnding =
  | { readonly state: 'success' }
  | { readonly state: 'failure' | 'error'; readonly type: ErrorType }
  /** It was interrupted, or broke down by a bug. */
  | { readonly state: 'error'; readonly isInterrupted: boolean };

/** Reports that a deployment has begun, and returns a function that reports its end. Neither waits for anything. */
export type Announce = (deployment: BegunDeployment) => {
  end(ending: AnnouncedEnding): void;
};

/** Of which service deployments are reported, and by what. */
export interface AnnounceSetting {
  readonly service: string;
  readonly signal: AbortSignal | undefined;
  readonly ports: Pick<ReleasePorts, 'forge'>;
  readonly reporter: Reporter;
}

/**
 * Carries out what deploys, and meanwhile tells the forge of it. What becomes of that stops and delays no deployment:
 * only when all is done, and nothing is locked any more, the forge's last answers are waited for, for a while.
 */
export async function withAnnouncements<T>(
  { service, signal, ports, reporter }: AnnounceSetting,
  action: (announce: Announce) => Promise<T>,
): Promise<T> {
  const pending: Promise<void>[] = [];
  const announce: Announce = (deployment) => {
    const opening = open({ service, signal, ports, reporter }, deployment);
    pending.push(opening.then(() => undefined));
    return {
      end: (ending) => {
        const description = cutText(describeEnding(ending, deployment), longestDescription);
        pending.push(opening.then((tell) => tell?.({ state: ending.state, description })));
      },
    };
  };
  try {
    return await action(announce);
  } finally {
    await waitForForge(pending, signal, reporter);
  }
}

function describeEnding(ending: AnnouncedEnding, { release, environment }: BegunDeployment): string {
  if (ending.state === 'success') return `${release.buildNumber} is serving.`;
  if ('isInterrupted' in ending) return ending.isInterrupted ? 'It was interrupted.' : 'An internal error ended it.';
  const where = `See the run, or \`history --env=${environment.name}\`.`;
  return `${meaningOf(ending.type, places)} [${ending.type}] ${where}`;
}

type TellEnding = (ending: Omit<ForgeDeploymentEnding, 'links'>) => Promise<void>;

/** @returns how to tell the ending, where there is something to tell it to. Never rejects. */
async function open(
  { service, signal, ports, reporter }: AnnounceSetting,
  begun: BegunDeployment,
): Promise<TellEnding | undefined> {
  const environment = begun.environment.name;
  const name = forgeEnvironment(begun.environment, service);
  const links = linksOf(begun);
  const skip = (reason: string) => void reporter.step(`${environment}: no GitHub deployment: ${reason}`);
  const warn = (what: string, error: unknown) =>
    reporter.warn(`${environment}: ${what}: ${forgeTrouble(error)} ${forgeRepair}`);
  try {
    const forge = await ports.forge();
    if ('reason' in forge) return forge.isElsewhere ? undefined : skip(forge.reason);
    if (signal?.aborted) return undefined;
    const opened = await forge.openDeployment(newForgeDeployment(begun));
    if ('reason' in opened) return skip(opened.reason);
    return (ending) =>
      forge
        .endDeployment(opened, { ...ending, links })
        .catch((error: unknown) => warn(`GitHub still shows the deployment of ${name} as begun`, error));
  } catch (error) {
    warn(`GitHub shows no deployment of ${name}`, error);
    return undefined;
  }
}

/** Where the forge shows deployments of a service to an environment: each service has its own. */
export function forgeEnvironment({ name }: Pick<Environment, 'name'>, service: string): string {
  return `${name}/${service}`;
}

/** Returns the forge's state for an outcome; `unknown`: the outcome is not known. */
export function announcedAs(outcome: DeploymentOutcome | 'unknown'): ForgeDeploymentEnding['state'] {
  if (outcome === 'succeeded') return 'success';
  return outcome === 'failed' ? 'failure' : 'error';
}

/** A deployment as the forge is told of it. */
export function newForgeDeployment(begun: BegunDeployment): NewForgeDeployment {
  const { environment, release, actor, cause } = begun;
  const { service, buildNumber, commit, imageDigest } = release;
  const facts = { service, build: `${buildNumber}`, commit, image: imageDigest, action: cause.action, ...actor };
  return {
    environment: forgeEnvironment(environment, service),
    // Where somebody must approve of each release is where it matters to end users.
    isProduction: environment.protected,
    tag: new ReleaseTag(service, buildNumber),
    payload: facts,
    description: cutText(`${service} ${buildNumber}: ${cause.action} by ${actor.person}`, longestDescription),
    links: linksOf(begun),
  };
}

function linksOf({ environment, actor }: BegunDeployment): DeploymentLinks {
  const [log, url] = [linkOf(actor.run), linkOf(environment.url)];
  return { ...(log === undefined ? {} : { log }), ...(url === undefined ? {} : { environment: url }) };
}
