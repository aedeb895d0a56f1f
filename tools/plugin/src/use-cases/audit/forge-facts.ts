import type { ReleaseTag } from '../../model/release/release-tag.ts';
import type { DeploymentAtForge, Forge, ForgeLookup } from '../../ports/forge.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Finding } from './finding.ts';

/** The answers of the forge about releases and deployments, asked for all at once. */
export interface ForgeFacts {
  readonly forge: Forge;
  /** Releases by their tags: undefined where it has none; what is not in it was not asked for. */
  readonly releases: ReadonlyMap<string, unknown>;
  /** The newest deployments of environments, by its names of these: undefined where there is none. */
  readonly deployments: ReadonlyMap<string, DeploymentAtForge | undefined>;
  /** A finding for each reason for which something was not asked. */
  readonly findings: readonly Finding[];
}

/**
 * Asks the forge for all releases and deployments that are audited, in few requests: one for each would use up the limit
 * of a workflow's token, which all workflows of the repository share.
 * @returns undefined where there is no forge.
 */
export async function readForge(
  tags: readonly ReleaseTag[],
  environments: readonly string[],
  ports: Pick<ReleasePorts, 'forge'>,
): Promise<ForgeFacts | undefined> {
  const forge = await ports.forge();
  if ('reason' in forge) return undefined;
  const releases = await forge.releasesOf(tags);
  const deployments = await forge.newestDeployments(environments);
  const known: ForgeLookup<DeploymentAtForge> = 'reason' in deployments ? { found: new Map() } : deployments;
  return {
    forge,
    releases: releases.found,
    deployments: known.found,
    findings: [...notAsked(releases, tags.length, 'releases'), ...notAsked(known, environments.length, 'deployments')],
  };
}

function notAsked({ found, failure }: ForgeLookup<unknown>, wanted: number, what: string): Finding[] {
  if (!failure) return [];
  const { reason, remedy } = failure.facts;
  const says = `${wanted - found.size} of ${wanted} ${what} were not looked for: ${reason}`;
  return [{ subject: 'GitHub', type: 'github-unreachable', says, remedy, isRepaired: false }];
}
