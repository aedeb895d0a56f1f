import type { ExecutorContext, ProjectGraphProjectNode } from '@nx/devkit';
import { readPluginOptionsIn } from '../../../model/workspace/plugin-options.ts';
import { isServiceFolder } from '../../graph/service-folder.ts';
import { serviceNameOf, servicesIn } from './service-names.ts';
import { WorkspaceTargets } from './workspace-targets.ts';

/** A project that has all of a service but this plugin's target `release`, so that no command counts it as one. */
export interface LostService {
  /** The name that it has as a service. */
  readonly service: string;
  readonly project: string;
  /** Why it counts as none, and what to do. */
  readonly reason: string;
}

/** Finds the projects that lost their target `release`: to another of that name, or because the plugin does not look at their folder. */
export function lostServices(
  context: Pick<ExecutorContext, 'projectGraph' | 'nxJsonConfiguration'>,
  workspaceRoot: string,
): LostService[] {
  const { projectGraph, nxJsonConfiguration } = context;
  const { options } = readPluginOptionsIn(nxJsonConfiguration);
  const targets = new WorkspaceTargets(context);
  const services = new Set(servicesIn(projectGraph).map(({ project }) => project));
  const found = Object.values(projectGraph.nodes).flatMap((node: ProjectGraphProjectNode): LostService[] => {
    const { name: project, data } = node;
    if (services.has(project)) return [];
    const hidden = targets.hidden(project).filter((line) => line.includes('counts as no service'));
    const target = `${options.targetPrefix}release`;
    const others = data.targets?.[target];
    const isFolder = data.root !== '' && isServiceFolder(data.root, workspaceRoot, options);
    const [reason = isFolder ? whyLost(project, target, others !== undefined) : undefined] = hidden;
    return reason === undefined ? [] : [{ service: serviceNameOf(node), project, reason }];
  });
  return found.sort((a, b) => (a.service < b.service ? -1 : 1));
}

function whyLost(project: string, target: string, isTaken: boolean): string {
  const has = `${project} has a Dockerfile and manifests, and no target ${target} of this plugin`;
  return isTaken
    ? `${has}: another one took the name. Rename that one in its project.json or package.json, or set \`targetPrefix\` in nx.json.`
    : `${has}: \`include\` or \`exclude\` of the plugin in nx.json leaves its folder out.`;
}
