import { Refusal } from '../../errors/product-error.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { inRepository, pathInRepository } from '../repository-paths.ts';
import type { Yaml } from '../yaml-template.ts';
import { affectedPipeline } from './affected-pipeline.ts';
import { provisioningPipeline } from './provisioning-pipeline.ts';
import { releasePipeline } from './release-pipeline.ts';
import { servicePipeline } from './service-pipeline.ts';
import { serviceTemplate } from './service-template.ts';
import { triggeredPipeline } from './triggered-pipeline.ts';

/** Folder of the pipelines, relative to the workspace's root. */
export const azureFolder = 'Infrastructure/pipelines';

/**
 * Returns the pipelines of Azure DevOps, by path in the repository.
 * @throws {Refusal} when they cannot be made of this workspace.
 */
export function azureFiles(ofWorkspace: PipelineFacts): ReadonlyMap<string, string> {
  const facts = inRepository(ofWorkspace);
  const doing = 'generate the pipelines of Azure';
  if (facts.services.length === 0) {
    throw new Refusal({
      type: 'no-services',
      doing,
      reason: 'The workspace has no service.',
      remedy: 'Add one first: nx g @poc/plugin:service NAME.',
    });
  }
  const folder = pathInRepository(facts, azureFolder);
  const files: (readonly [string, Yaml])[] = [
    [`${folder}/azure-pipelines.service.yml`, servicePipeline(facts)],
    [`${folder}/templates/service.yml`, serviceTemplate(facts)],
    [`${folder}/azure-pipelines.release.yml`, releasePipeline(facts)],
    [`${folder}/azure-pipelines.affected.yml`, affectedPipeline(facts)],
    [`${folder}/azure-pipelines.provisioning.yml`, provisioningPipeline(facts)],
    ...facts.services
      .filter(({ trigger }) => trigger === 'paths')
      .map((service) => [`${service.root}/azure-pipelines.yml`, triggeredPipeline(service, facts)] as const),
  ];
  return new Map(files.map(([path, file]) => [path, file.toString()]));
}
