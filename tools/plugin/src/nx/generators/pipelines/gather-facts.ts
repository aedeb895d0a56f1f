import { readNxJson, type ProjectGraph, type Tree } from '@nx/devkit';
import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { mainBranch } from '../../executors/running/main-branch.ts';
import { distinctServicesIn } from '../../executors/running/service-names.ts';
import type { PipelineFacts, PipelineService } from '../../../model/pipelines/pipeline-facts.ts';
import { findPackageManager } from '../../../model/pipelines/package-manager.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { parseEnvironments } from '../../../adapters/workspace/environments.ts';
import { serviceIn } from '../../../adapters/workspace/service.ts';
import { environmentTexts } from '../environment-texts.ts';
import { triggerPaths } from '../../../adapters/workspace/trigger-paths.ts';
import { gatherToolchains } from './gather-toolchains.ts';

/** Gathers what pipelines are generated from. @throws {Refusal} naming the file that has a mistake. */
export async function gatherFacts(tree: Tree, graph: ProjectGraph): Promise<PipelineFacts> {
  const nxJson = readNxJson(tree) ?? {};
  const environments = await parseEnvironments(environmentTexts(tree));
  const services = distinctServicesIn(graph)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, project }): PipelineService => {
      const service = serviceIn(graph, nxJson, { name, project });
      const api = posix.join(service.root, 'openapi.yaml');
      return {
        name,
        root: service.root,
        ...triggerPaths(
          service,
          (path) => tree.isFile(path),
          (path) => tree.exists(path),
        ),
        trigger: readTrigger(tree, service),
        api: tree.exists(api) ? api : undefined,
      };
    });
  return {
    services,
    environments: environments.map(({ name, deploy, protected: isProtected, cluster: { aks, context }, facade }) => ({
      name,
      deploy,
      protected: isProtected,
      aks,
      context,
      hasFacade: facade !== undefined,
      keyVariable: facade?.keyVariable,
    })),
    branch: mainBranch(tree.root, nxJson),
    packageManager: findPackageManager((path) =>
      tree.isFile(path) ? (tree.read(path, 'utf8') ?? undefined) : undefined,
    ),
    ...gatherToolchains(tree, graph, services),
  };
}

/** Returns the variable `trigger` of a service's `pipeline.variables.yml` (default: `manual`). */
function readTrigger(tree: Tree, { name, root }: { name: string; root: string }): PipelineService['trigger'] {
  const file = `${root}/pipeline.variables.yml`;
  const text = tree.read(file, 'utf8');
  if (text === null) {
    throw badVariables(
      file,
      `Pipelines read the names of ${name} from this file, and it is missing.`,
      `Create it like that of another service, with at least the line "serviceName: ${name}" below "variables:".`,
    );
  }
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
