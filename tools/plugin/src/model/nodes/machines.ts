import { knownPlatforms } from '../build/platform-mistake.ts';
import { Platform } from '../build/platform.ts';
import { distinctPlatforms } from '../build/runs-image.ts';
import type { Environment } from '../environment/environment.ts';
import { archLabel, osLabel, type ClusterNode } from './cluster-node.ts';
import { mayComeTo, mayComeToNodesWith } from './node-selection.ts';

/** The platforms of the machines that pods come to, and who says so. */
export interface Machines {
  /** Each once; at least one. */
  readonly platforms: readonly Platform[];
  /** The environment's file, the nodes that are there, or the pods' own selectors alone. */
  readonly saidBy: 'environment' | 'nodes' | 'selectors';
}

/** Returns the platforms that an environment's file says it runs on; undefined where it does not say. */
export function declaredPlatforms({ platforms }: Pick<Environment, 'platforms'>): readonly Platform[] | undefined {
  return platforms && distinctPlatforms(platforms.flatMap((text) => Platform.parse(text) ?? []));
}

/**
 * Returns what pods may come to: of the platforms that the environment's file names, or else of the nodes' own, those that
 * their selectors leave. @param template of the pod. @param nodes undefined where they are not known.
 * @returns undefined where nobody says anything.
 */
export function machinesOf(
  template: unknown,
  environment: Pick<Environment, 'platforms'>,
  nodes: readonly ClusterNode[] | undefined,
): Machines | undefined {
  const isFor = (platform: Platform) => mayComeToNodesWith(template, labelsOf(platform));
  const declared = declaredPlatforms(environment);
  if (declared) {
    const left = declared.filter(isFor);
    return { platforms: left.length > 0 ? left : declared, saidBy: 'environment' };
  }
  const found = platformsOf((nodes ?? []).filter((node) => mayComeTo(template, node)));
  if (found.length > 0) return { platforms: found, saidBy: 'nodes' };
  // Nodes may be made when a pod wants them: those that it names will be as it says.
  const known = knownPlatforms.map((name) => Platform.parse(name)!);
  const left = known.filter(isFor);
  const isNarrow = new Set(left.map(({ architecture }) => architecture)).size < architecturesAmong(known);
  return isNarrow && left.length > 0 ? { platforms: left, saidBy: 'selectors' } : undefined;
}

/** Nodes of Windows count only where there are no others: who has both keeps pods apart by selectors, whatever their images. */
function platformsOf(nodes: readonly ClusterNode[]): Platform[] {
  const platforms = distinctPlatforms(nodes.map(({ platform }) => platform));
  const others = platforms.filter(({ os }) => os !== 'windows');
  return others.length > 0 ? others : platforms;
}

function labelsOf({ os, architecture }: Platform): Readonly<Record<string, string>> {
  return { [osLabel]: os, [archLabel]: architecture };
}

function architecturesAmong(platforms: readonly Platform[]): number {
  return new Set(platforms.map(({ architecture }) => architecture)).size;
}
