import { readNxJson, type ProjectGraph, type Tree } from '@nx/devkit';
import { parseDocument } from 'yaml';
import { mainBranch } from '../../executors/running/main-branch.ts';
import { commands, type Command } from '../../graph/commands.ts';
import { readPluginOptionsIn } from '../../../model/workspace/plugin-options.ts';
import { distinctServicesIn } from '../../executors/running/service-names.ts';
import type { PipelineFacts, PipelineService } from '../../../model/pipelines/pipeline-facts.ts';
import { findPackageManager } from '../../../model/pipelines/package-manager.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { parseEnvironments } from '../../../adapters/workspace/environments.ts';
import { serviceIn } from '../../../adapters/workspace/service.ts';
import { environmentTexts } from '../environment-texts.ts';
import { triggerPaths } from '../../../adapters/workspace/trigger-paths.ts';
import { azureFolder } from '../../../model/pipelines/azure/azure-files.ts';
import { hasSchedule } from '../../../model/pipelines/rebuild-schedule.ts';
import { githubFolder } from './pipeline-files.ts';
import { findRepository } from './repository.ts';
import { presentPrefix, workflowPrefix } from './workflow-prefix.ts';
import { gatherToolchains } from './gather-toolchains.ts';

/** The choices of a command; what was asked for before is seen in the generated files. */
export type PipelineChoices = Partial<Pick<PipelineFacts, 'prefix' | 'rebuilds'>>;

/** Gathers what pipelines are generated from. @throws {Refusal} naming the file that has a mistake. */
export async function gatherFacts(
  tree: Tree,
  graph: ProjectGraph,
  choices: PipelineChoices = {},
): Promise<PipelineFacts> {
  const { folder } = findRepository(tree.root);
  const nxJson = readNxJson(tree) ?? {};
  const environments = await parseEnvironments(environmentTexts(tree));
  const services = distinctServicesIn(graph)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, project }): PipelineService => {
      const service = serviceIn(graph, nxJson, { name, project });
      const inIt = (file: string) => (tree.exists(`${service.root}/${file}`) ? `${service.root}/${file}` : undefined);
      return {
        name,
        ...(project !== name && { project }),
        root: service.root,
        ...triggerPaths(
          service,
          (path) => tree.isFile(path),
          (path) => tree.exists(path),
        ),
        trigger: readTrigger(tree, service),
        variables: inIt(variablesFile),
        api: inIt('openapi.yaml'),
      };
    });
  const { targetPrefix } = readPluginOptionsIn(nxJson).options;
  return {
    folder,
    ...(targetPrefix !== '' && { targetNames: prefixedTargets(targetPrefix) }),
    prefix: choices.prefix ?? workflowPrefix(tree, githubFolder(folder)),
    rebuilds: choices.rebuilds ?? rebuildsNow(tree, folder),
    services,
    environments: environments.map(asPipelineEnvironment),
    branch: mainBranch(tree.root, nxJson),
    packageManager: findPackageManager((path) =>
      tree.isFile(path) ? (tree.read(path, 'utf8') ?? undefined) : undefined,
    ),
    ...gatherToolchains(tree, graph, services),
  };
}

function prefixedTargets(prefix: string): ReadonlyMap<string, string> {
  return new Map(Object.values<Command>(commands).map(({ target }) => [target, prefix + target]));
}

function asPipelineEnvironment({
  name,
  deploy,
  protected: isProtected,
  cluster: { aks, context },
  facade,
}: Environment): PipelineFacts['environments'][number] {
  return {
    name,
    deploy,
    protected: isProtected,
    aks,
    context,
    hasFacade: facade !== undefined,
    keyVariable: facade?.keyVariable,
  };
}

const variablesFile = 'pipeline.variables.yml';

/** Reports whether the pipelines that there are have the schedule that rebuilds. */
function rebuildsNow(tree: Tree, folder: string): boolean {
  const github = githubFolder(folder);
  const prefix = presentPrefix(tree, github) ?? '';
  const files = [`${github}/workflows/${prefix}release.yml`, `${azureFolder}/azure-pipelines.affected.yml`];
  return files.some((path) => hasSchedule(tree.read(path, 'utf8') ?? ''));
}

/** Returns the variable `trigger` of a service's `pipeline.variables.yml` (default, and where there is no such file: `manual`). */
function readTrigger(tree: Tree, { root }: { root: string }): PipelineService['trigger'] {
  const file = `${root}/${variablesFile}`;
  const text = tree.read(file, 'utf8');
  if (text === null) return 'manual';
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake) throw badVariables(file, `This is not YAML: ${mistake.message.split('\n')[0]}`, 'Fix it.');
  const trigger = document.getIn(['variables', 'trigger']) ?? 'manual';
  if (trigger === 'manual' || trigger === 'paths') return trigger;
  throw badVariables(file, `The variable trigger is "${String(trigger)}".`, 'Set it to manual or paths.');
}

function badVariables(file: string, reason: string, remedy: string): Refusal {
  return new Refusal({ type: 'bad-pipeline-variables', doing: `read ${file}`, reason, remedy });
}
