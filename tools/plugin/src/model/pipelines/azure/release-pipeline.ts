import { generatedHeader } from '../generated-file.ts';
import type { PipelineEnvironment, PipelineFacts, PipelineService } from '../pipeline-facts.ts';
import { approvalFor } from '../approval.ts';
import { automaticEnvironments } from '../../environment/environment.ts';
import { commandStage } from './command-stage.ts';
import { forgeToken, pool } from './job-steps.ts';
import { idOf, indented, list, scalar } from './yaml-text.ts';

/** Brings services from environment to environment, and back. */
export function releasePipeline(facts: PipelineFacts): string {
  const { services, environments } = facts;
  const automatic = automaticEnvironments(facts.environments);
  const names = environments.map(({ name }) => name);
  return `${generatedHeader}
# Brings services from environment to environment, and back. A run of a service's pipeline that ended well starts it for
# that service. Approvals, and the exclusive lock that lets one run after the other in, are checks on Azure's environments;
# going back waits for neither.
name: $(Date:yyyyMMdd)$(Rev:-r)

parameters:
  - name: action
    displayName: What to do
    type: string
    default: release
    values:
      - release
      - promote
      - rollback
  - name: service
    displayName: Service (* is all of them)
    type: string
    default: '*'
    values:
${indented(6, list(['*', ...services.map(({ name }) => name)]))}
  - name: environment
    displayName: Environment (rollback)
    type: string
    default: ${scalar((automatic.at(-1) ?? environments[0]!).name)}
    values:
${indented(6, list(names))}
  - name: tag
    displayName: Release to go back to, such as 20261124-1; the one before when empty (rollback)
    type: string
    default: ''
  - name: reason
    displayName: Why, for whoever looks at what is held (rollback)
    type: string
    default: ''

trigger: none
pr: none
lockBehavior: sequential

resources:
  pipelines:
${indented(4, services.map((service) => resource(service, facts)).join('\n'))}

variables:
  - name: projects
    value: $[ coalesce(variables['resources.triggeringAlias'], '\${{ parameters.service }}') ]

${pool}

stages:
${indented(2, [...releaseStage(automatic), ...promoteStages(facts), ...environments.map(rollbackStage)].join('\n'))}
`;
}

/** The runs of a service: of its own pipeline, or of the one that all share. */
function resource({ name, trigger }: PipelineService, { branch }: PipelineFacts): string {
  const branches = `    branches:\n      include:\n        - ${scalar(branch)}`;
  const alias = scalar(name);
  return trigger === 'paths'
    ? `- pipeline: ${alias}
  source: ${alias}
  trigger:
${branches}`
    : `- pipeline: ${alias}
  source: service
  tags:
    - ${alias}
  trigger:
${branches}
    tags:
      - ${alias}`;
}

function releaseStage(automatic: readonly PipelineEnvironment[]): string[] {
  const last = automatic.at(-1);
  if (!last) return [];
  return [
    commandStage({
      id: 'release',
      displayName: `Release to ${automatic.map(({ name }) => name).join(', ')}`,
      condition: `eq('\${{ parameters.action }}', 'release')`,
      environment: last.name,
      clusters: automatic,
      command: {
        displayName: 'Release',
        command: `npx nx run-many -t release -p "$PROJECTS"`,
        env: { ...forgeToken, PROJECTS: '$(projects)' },
      },
    }),
  ];
}

/** A stage for each environment above the automatic ones. It reaches the one below, too, where releases proved themselves. */
function promoteStages({ environments }: PipelineFacts): string[] {
  const last = environments.findLastIndex(({ deploy }) => deploy === 'automatic');
  const first = Math.max(last, 0) + 1;
  return environments.slice(first).map((environment, index) => {
    const { name } = environment;
    const below = environments[first + index - 1]!;
    const dependsOn = index > 0 ? [`promote_${idOf(below.name)}`] : last < 0 ? [] : ['release'];
    const { option, env } = approvalFor(environment, 'of Azure DevOps');
    return commandStage({
      id: `promote_${idOf(name)}`,
      displayName: `Promote to ${name}`,
      dependsOn,
      condition: `and(not(or(failed(), canceled())), in('\${{ parameters.action }}', 'release', 'promote'))`,
      environment: name,
      clusters: [below, environment],
      command: {
        displayName: `Promote to ${name}`,
        command: `npx nx run-many -t promote -p "$PROJECTS" --to=${name}${option}`,
        env: { ...forgeToken, PROJECTS: '$(projects)', ...env },
      },
    });
  });
}

/** Going back waits for no approval. */
function rollbackStage(environment: PipelineEnvironment): string {
  const { name } = environment;
  return commandStage({
    id: `rollback_${idOf(name)}`,
    displayName: `Roll back ${name}`,
    dependsOn: [],
    condition: `and(eq('\${{ parameters.action }}', 'rollback'), eq('\${{ parameters.environment }}', '${name}'))`,
    clusters: [environment],
    command: {
      displayName: 'Roll back',
      command: `npx nx run "$SERVICE:rollback" --env=${name} \${TAG:+--tag="$TAG"} \${REASON:+--reason="$REASON"}`,
      env: {
        ...forgeToken,
        SERVICE: '${{ parameters.service }}',
        TAG: '${{ parameters.tag }}',
        REASON: '${{ parameters.reason }}',
      },
    },
  });
}
