import { azureFolder } from '../../workspace/places.ts';
import { Refusal } from '../../errors/product-error.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import type { Yaml } from '../yaml-template.ts';
import { affectedPipeline } from './affected-pipeline.ts';
import { provisioningPipeline } from './provisioning-pipeline.ts';
import { releasePipeline } from './release-pipeline.ts';
import { servicePipeline } from './service-pipeline.ts';
import { serviceTemplate } from './service-template.ts';
import { triggeredPipeline } from './triggered-pipeline.ts';

/** Folder of the pipelines, relative to the workspace's root. */
export { azureFolder };

/**
 * Returns the pipelines of Azure DevOps, by path.
 * @throws {Refusal} when they cannot be made of this workspace.
 */
export function azureFiles(facts: PipelineFacts): ReadonlyMap<string, string> {
  const doing = 'generate the pipelines of Azure';
  if (facts.services.length === 0) {
    throw new Refusal({
      type: 'no-services',
      doing,
      reason: 'The workspace has no service.',
      remedy: 'Add one first: nx g @poc/plugin:service NAME.',
    });
  }
  const elsewhere = facts.services.find(({ name, root }) => root !== `apps/${name}`);
  if (elsewhere) {
    throw new Refusal({
      type: 'service-elsewhere',
      doing,
      reason: `The service ${elsewhere.name} is in ${elsewhere.root}; the pipeline that all services share looks for its variables in apps/${elsewhere.name}.`,
      remedy: 'Move it there.',
    });
  }
  const files: (readonly [string, Yaml])[] = [
    [`${azureFolder}/azure-pipelines.service.yml`, servicePipeline(facts)],
    [`${azureFolder}/templates/service.yml`, serviceTemplate(facts)],
    [`${azureFolder}/azure-pipelines.release.yml`, releasePipeline(facts)],
    [`${azureFolder}/azure-pipelines.affected.yml`, affectedPipeline(facts)],
    [`${azureFolder}/azure-pipelines.provisioning.yml`, provisioningPipeline(facts)],
    ...facts.services
      .filter(({ trigger }) => trigger === 'paths')
      .map((service) => [`${service.root}/azure-pipelines.yml`, triggeredPipeline(service, facts)] as const),
  ];
  return new Map(files.map(([path, file]) => [path, file.toString()]));
}
