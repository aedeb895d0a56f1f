import { posix } from 'node:path';
import { automaticEnvironments } from '../../environment/environment.ts';
import { generatedHeader } from '../generated-file.ts';
import { deployCommand } from '../nx-command.ts';
import { projectAtAzure } from '../project-of-service.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { scalar, yaml, Yaml } from '../yaml-template.ts';
import { buildJob, checkJob, outdatedJob, poolOf } from './build-jobs.ts';
import { clusterSteps, deployVariables, jobSteps, pool } from './job-steps.ts';
import { jobVariables } from './toolchain-steps.ts';

/** Returns the template that every pipeline of a service extends. */
export function serviceTemplate(facts: PipelineFacts): Yaml {
  const automatic = automaticEnvironments(facts.environments);
  const built = { option: `-p \${{ ${projectAtAzure(facts.services, 'parameters.service')} }}` };
  const release = clusterSteps(facts, automatic, {
    displayName: 'Release',
    command: deployCommand(built.option),
    env: deployVariables(automatic),
  });
  const tagRun = yaml`
    - script: echo "##vso[build.addbuildtag]\${{ parameters.service }}"
      displayName: Tag the run
  `;
  return yaml`
    ${generatedHeader()}

    # Releases one service, under the number of the run where that is its newest: checks it without any credential, builds it without
    # those of a cluster, and deploys it without running anything that builds. The run is tagged with the service's name, by which the
    # pipeline "release" distinguishes the runs of services.
    parameters:
      - name: service
        type: string
      ${foldersParameter(facts)}

    variables:
      ${ownVariables(facts)}
      ${jobVariables(facts, 'check')}

    jobs:
      ${outdatedJob(facts, { pool: poolOf('outdated') })}

      ${checkJob(facts, built)}

      ${buildJob(facts, built, { dependsOn: ['outdated', 'check'], pool: poolOf('build'), after: publishApi(facts) })}

      - job: release
        displayName: Release \${{ parameters.service }}
        dependsOn: build
        ${pool}
        steps:
          ${jobSteps(facts, [release, tagRun], { job: 'release' })}
  `;
}

/** Returns the folder that all services are in, each under its name; undefined where they are not so. */
function commonFolder({ services }: PipelineFacts): string | undefined {
  const [folder, ...others] = new Set(
    services.map(({ name, root }) => (root.endsWith(`/${name}`) ? posix.dirname(root) : '')),
  );
  return others.length > 0 || folder === '' ? undefined : folder;
}

/** Says where each service is, unless their names do: so a further service changes nothing here. */
function foldersParameter(facts: PipelineFacts): Yaml {
  if (commonFolder(facts) !== undefined) return new Yaml([]);
  return yaml`
    # Where each is.
    - name: folders
      type: object
      default:
        ${new Yaml(facts.services.map(({ name, root }) => `${scalar(name)}: ${scalar(root)}`))}
  `;
}

function folderOfService(facts: PipelineFacts): string {
  const folder = commonFolder(facts);
  return folder === undefined
    ? '${{ parameters.folders[parameters.service] }}'
    : `${folder}/\${{ parameters.service }}`;
}

/** Returns the variables that a service has of its own, of services that have some. */
function ownVariables(facts: PipelineFacts): Yaml {
  const { services } = facts;
  const having = services.filter(({ variables }) => variables !== undefined);
  const file = yaml`- template: /${folderOfService(facts)}/pipeline.variables.yml`;
  if (having.length === services.length) return file;
  if (having.length === 0) return new Yaml([]);
  const names = having.map(({ name }) => `'${name}'`).join(', ');
  return new Yaml([`- \${{ if in(parameters.service, ${names}) }}:`, ...file.lines.map((line) => `    ${line}`)]);
}

/** Publishes the API description, of services that have one. */
function publishApi(facts: PipelineFacts): Yaml[] {
  const { services } = facts;
  const described = services.filter(({ api }) => api !== undefined);
  if (described.length === 0) return [];
  const names = described.map(({ name }) => `'${name}'`).join(', ');
  const condition = `and(succeeded(), in('\${{ parameters.service }}', ${names}))`;
  return [
    yaml`
      - publish: ${folderOfService(facts)}/openapi.yaml
        displayName: Publish the API description
        artifact: specification
        condition: ${described.length < services.length ? condition : undefined}
    `,
  ];
}
