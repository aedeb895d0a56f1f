import { automaticEnvironments } from '../../environment/environment.ts';
import { approvalFor } from '../approval.ts';
import { generatedHeader } from '../generated-file.ts';
import {
  deployCommand,
  promoteCommand,
  reasonOption,
  rollbackCommand,
  tagOption,
  type StepVariables,
} from '../nx-command.ts';
import { projectAtAzure } from '../project-of-service.ts';
import type { PipelineEnvironment, PipelineFacts, PipelineService } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { buildJob, checkJob, outdatedJob } from './build-jobs.ts';
import { commandStage } from './command-stage.ts';
import { identifierOf } from './identifier.ts';
import { deployVariables, githubVariables, pool, typedText } from './job-steps.ts';
import { jobVariables } from './toolchain-steps.ts';

/** Returns the pipeline that brings services from environment to environment, and back. */
export function releasePipeline(facts: PipelineFacts): Yaml {
  const { services, environments } = facts;
  return yaml`
    ${generatedHeader()}

    # Brings services from environment to environment, and back. A run of a service's pipeline that ended well starts it for
    # that service. Approvals, and the exclusive lock that lets one run after the other in, are checks on Azure's environments; a
    # rollback waits for neither, and in a protected environment has an environment of its own (rollback-NAME).
    name: $(Date:yyyyMMdd)$(Rev:-r)

    parameters:
      ${parameters(facts)}

    trigger: none
    pr: none
    lockBehavior: sequential

    resources:
      pipelines:
        ${services.map((service) => resource(service, facts))}

    variables:
      - name: projects
        value: $[ ${projectAtAzure(services, "coalesce(variables['resources.triggeringAlias'], '${{ parameters.service }}')")} ]
      ${jobVariables(facts, 'check')}

    ${pool}

    stages:
      ${buildStage(facts)}
      ${releaseStage(facts)}
      ${promoteStages(facts)}
      ${environments.map((environment) => rollbackStage(facts, environment))}
  `;
}

function parameters({ services, environments }: PipelineFacts): Yaml {
  return yaml`
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
        ${['*', ...services.map(({ name }) => name)]}
    - name: environment
      displayName: Environment (rollback)
      type: string
      default: ${(automaticEnvironments(environments).at(-1) ?? environments[0]!).name}
      values:
        ${environments.map(({ name }) => name)}
    - name: tag
      displayName: Release to roll back to, such as 20261124-1; the one before when empty (rollback)
      type: string
      default: ''
    - name: force
      displayName: Also what lost requests or has not run for long enough, and over a newer release; with a reason also in a freeze (promote)
      type: boolean
      default: false
    - name: reason
      displayName: Reason, kept in the deployment record (promote) or shown with the hold (rollback)
      type: string
      default: ''
  `;
}

/** Returns the runs of a service: of its own pipeline, or of the one that all share. */
function resource({ name, trigger }: PipelineService, { branch }: PipelineFacts): Yaml {
  if (trigger === 'paths')
    return yaml`
      - pipeline: ${name}
        source: ${name}
        trigger:
          branches:
            include:
              - ${branch}
    `;
  return yaml`
    - pipeline: ${name}
      source: service
      tags:
        - ${name}
      trigger:
        branches:
          include:
            - ${branch}
        tags:
          - ${name}
  `;
}

const built = { option: '-p "$PROJECTS"', env: { PROJECTS: '$(projects)' } };
const isRelease = `eq('\${{ parameters.action }}', 'release')`;

/** Returns the stage that checks and builds what no pipeline of a service has built, without the credentials of a cluster. */
function buildStage(facts: PipelineFacts): Yaml | undefined {
  if (automaticEnvironments(facts.environments).length === 0) return undefined;
  return yaml`
    - stage: build
      displayName: Build
      condition: ${isRelease}
      jobs:
        ${outdatedJob(facts)}

        ${checkJob(facts, built)}

        ${buildJob(facts, built, { dependsOn: ['outdated', 'check'] })}
  `;
}

function releaseStage(facts: PipelineFacts): Yaml | undefined {
  const automatic = automaticEnvironments(facts.environments);
  const last = automatic.at(-1);
  if (!last) return undefined;
  return commandStage(facts, {
    id: 'release',
    displayName: `Release to ${automatic.map(({ name }) => name).join(', ')}`,
    condition: `and(succeeded(), ${isRelease})`,
    environment: last.name,
    clusters: automatic,
    command: {
      displayName: 'Release',
      command: deployCommand(built.option),
      env: { ...deployVariables(automatic), ...built.env },
    },
  });
}

/** Returns the stages of each environment above the automatic ones, after those of the environment below. */
function promoteStages(facts: PipelineFacts): Yaml[] {
  const { environments } = facts;
  const last = environments.findLastIndex(({ deploy }) => deploy === 'automatic');
  const first = Math.max(last, 0) + 1;
  return environments.slice(first).flatMap((environment, index) => {
    const below = environments[first + index - 1]!;
    const dependsOn = index > 0 ? [`promote_${identifierOf(below.name)}`] : last < 0 ? [] : ['release'];
    return promoteStage(facts, { from: below, to: environment }, dependsOn);
  });
}

const isPromoted = `and(not(or(failed(), canceled())), in('\${{ parameters.action }}', 'release', 'promote'))`;

/**
 * Promotes from one environment to another. It reaches both: releases proved themselves in the first. Where somebody must
 * approve, a stage before it chooses and shows what is to be approved of, and this one does that alone.
 */
function promoteStage(
  facts: PipelineFacts,
  way: { readonly from: PipelineEnvironment; readonly to: PipelineEnvironment },
  dependsOn: readonly string[],
): Yaml[] {
  const { from, to } = way;
  const { option, env } = approvalFor(to, 'of Azure DevOps');
  const plan = `plan_${identifierOf(to.name)}`;
  const outputOf = (name: string) => `$[ stageDependencies.${plan}.${plan}.outputs['plan.${name}'] ]`;
  const planned = {
    dependsOn: [plan],
    // What could not be planned for one service is no reason to leave out the others, which were.
    condition: `and(not(canceled()), ne(dependencies.${plan}.outputs['${plan}.plan.plans'], ''))`,
    variables: yaml`
      variables:
        services: ${outputOf('services')}
        tags: ${outputOf('tags')}
        plans: ${outputOf('plans')}
    `,
  };
  const chosen: { readonly tag: string; readonly env: StepVariables } = to.protected
    ? { tag: ` ${tagOption}`, env: { PROJECTS: '$(services)', PLANS: '$(plans)', TAG: '$(tags)' } }
    : { tag: '', env: { PROJECTS: '$(projects)' } };
  const promote = commandStage(facts, {
    id: `promote_${identifierOf(to.name)}`,
    displayName: `Promote to ${to.name}`,
    ...(to.protected ? planned : { dependsOn, condition: isPromoted }),
    environment: to.name,
    clusters: [to],
    looksAt: [from],
    command: {
      displayName: `Promote to ${to.name}`,
      command: promoteCommand('-p "$PROJECTS"', to.name, `${option}${chosen.tag} --force="$FORCE" ${reasonOption}`),
      env: { ...deployVariables([to]), ...chosen.env, ...overriding, ...env },
    },
  });
  return to.protected ? [planStage(facts, way, dependsOn), promote] : [promote];
}

/** Options that are typed when it is started by hand; a template writes True. */
const overriding = { FORCE: '${{ lower(parameters.force) }}', REASON: typedText('reason') };

function planStage(
  facts: PipelineFacts,
  { from, to }: { readonly from: PipelineEnvironment; readonly to: PipelineEnvironment },
  dependsOn: readonly string[],
): Yaml {
  return commandStage(facts, {
    id: `plan_${identifierOf(to.name)}`,
    displayName: `Plan for ${to.name}`,
    dependsOn,
    condition: isPromoted,
    clusters: [to],
    looksAt: [from],
    rights: '-planner',
    command: {
      id: 'plan',
      displayName: `Show what is to be approved for ${to.name}`,
      command: promoteCommand('-p "$PROJECTS"', to.name, ` --dry-run --force="$FORCE" ${reasonOption}`),
      env: { ...githubVariables, PROJECTS: '$(projects)', ...overriding },
    },
  });
}

/**
 * Going back waits for no approval of going forward. Where there is one, what it needs is its own (a connection or a secure
 * file, and an environment), so that it can have other checks, and whatever else runs without an approval has none of it.
 */
function rollbackStage(facts: PipelineFacts, environment: PipelineEnvironment): Yaml {
  const { name } = environment;
  return commandStage(facts, {
    id: `rollback_${identifierOf(name)}`,
    displayName: `Roll back ${name}`,
    dependsOn: [],
    condition: `and(eq('\${{ parameters.action }}', 'rollback'), eq('\${{ parameters.environment }}', '${name}'))`,
    environment: environment.protected ? `rollback-${name}` : undefined,
    clusters: [environment],
    rights: environment.protected ? '-rollback' : '',
    command: {
      displayName: 'Roll back',
      command: rollbackCommand(name),
      env: {
        ...deployVariables([environment]),
        SERVICE: `\${{ ${projectAtAzure(facts.services, 'parameters.service')} }}`,
        TAG: typedText('tag'),
        REASON: typedText('reason'),
      },
    },
  });
}
