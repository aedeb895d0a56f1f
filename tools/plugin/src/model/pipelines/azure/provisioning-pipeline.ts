import { approvalFor } from '../approval.ts';
import { generatedHeader } from '../generated-file.ts';
import { packageCommand, provisionCommand, type StepVariables } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { pathInRepository } from '../repository-paths.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { commandStage, type CommandStage } from './command-stage.ts';
import { identifierOf } from './identifier.ts';
import { clusterSteps, commandStep, jobSteps, pool, typedText } from './job-steps.ts';
import { jobVariables } from './toolchain-steps.ts';

/** The version that the run was started with, and the commit that it is of, or that was packaged: no other is shown or applied. */
const chosen = { COMMIT: '$(commit)', TAG: typedText('tag') };

/** The variable with that commit, for a job of another stage. */
const variables = yaml`
  variables:
    commit: $[ stageDependencies.package.package.outputs['package.commit'] ]
`;

/** Returns the pipeline that rolls the clusters' own configuration out, from environment to environment. */
export function provisioningPipeline(facts: PipelineFacts): Yaml {
  const { environments, branch } = facts;
  const packaging = commandStep(facts, {
    id: 'package',
    displayName: 'Package',
    command: packageCommand,
    env: { TAG: typedText('tag') },
  });
  return yaml`
    ${generatedHeader}

    # Rolls the clusters' own configuration (Infrastructure/kubernetes) out, and that of API Management (Infrastructure/apim),
    # from environment to environment. What is to be approved of is planned and shown before the environment asks: that plan is
    # applied, and no other. Started with the tag of an earlier version, it rolls back to that; without one, a run that waited until something newer was there changes nothing.
    name: $(Date:yyyyMMdd)$(Rev:-r)

    parameters:
      - name: tag
        displayName: Version, such as 20261124-1; that of the commit when empty
        type: string
        default: ''

    trigger:
      branches:
        include:
          - ${branch}
      paths:
        include:
          ${['apim', 'environments', 'kubernetes'].map((name) => pathInRepository(facts, `Infrastructure/${name}/**`))}
    pr: none
    lockBehavior: sequential

    variables:
      ${jobVariables(facts)}

    ${pool}

    stages:
      - stage: package
        displayName: Package
        jobs:
          - job: package
            displayName: Package
            steps:
              ${jobSteps(facts, [packaging], { job: 'package' })}
      ${diffStage(facts)}
      ${environments.flatMap((environment, index) => provisionStages(facts, environment, environments[index - 1]))}
  `;
}

function diffStage({ environments, ...facts }: PipelineFacts): Yaml | undefined {
  const shown = environments.filter((environment) => !environment.protected);
  if (shown.length === 0) return undefined;
  return yaml`
    - stage: diff
      displayName: Show what would change
      dependsOn: package
      jobs:
        ${shown.map((environment) => diffJob({ environments, ...facts }, environment))}
  `;
}

function diffJob(facts: PipelineFacts, environment: PipelineEnvironment): Yaml {
  const { name } = environment;
  const job = `diff_${identifierOf(name)}`;
  const diff = clusterSteps(
    facts,
    [environment],
    { displayName: 'Show what would change', command: provisionCommand(name, ' --dry-run'), env: chosen },
    { rights: '-planner' },
  );
  return yaml`
    - job: ${job}
      displayName: Show what would change in ${name}
      ${variables}
      steps:
        ${jobSteps(facts, [diff], { job })}
  `;
}

function provisionStages(
  facts: PipelineFacts,
  environment: PipelineEnvironment,
  before: PipelineEnvironment | undefined,
): Yaml[] {
  const { name } = environment;
  const { option, env } = approvalFor(environment, 'of Azure DevOps');
  const hasDiff = facts.environments.some((each) => !each.protected);
  const earlier = [...(before ? [`provision_${identifierOf(before.name)}`] : hasDiff ? ['diff'] : [])];
  const plan = `plan_${identifierOf(name)}`;
  // One before it that had nothing to approve of was left out, which is no reason to leave this one out, too.
  const condition = before?.protected ? 'not(or(failed(), canceled()))' : undefined;
  const provision = {
    id: `provision_${identifierOf(name)}`,
    displayName: `Provision ${name}`,
    environment: name,
    clusters: [environment],
    rights: '-provisioning',
  } as const;
  const commandOf = (variables: StepVariables) => ({
    displayName: 'Provision',
    command: provisionCommand(name, option),
    env: { ...variables, ...chosen, ...env },
  });
  if (!environment.protected)
    // A stage reads what those that it names put out, and no others.
    return [
      commandStage(facts, {
        ...{ ...provision, dependsOn: ['package', ...earlier], condition, variables },
        command: commandOf({}),
      }),
    ];
  return [
    // What environments have in common is changed by each: what is approved of is planned when the one before is done.
    planStage(facts, environment, { dependsOn: ['package', ...earlier], condition }),
    commandStage(facts, {
      ...provision,
      dependsOn: ['package', plan],
      condition: `and(succeeded(), ne(dependencies.${plan}.outputs['${plan}.plan.plans'], ''))`,
      variables: yaml`
        ${variables}
          plans: $[ stageDependencies.${plan}.${plan}.outputs['plan.plans'] ]
      `,
      command: commandOf({ PLANS: '$(plans)' }),
    }),
  ];
}

function planStage(
  facts: PipelineFacts,
  environment: PipelineEnvironment,
  place: Pick<CommandStage, 'dependsOn' | 'condition'>,
): Yaml {
  const { name } = environment;
  return commandStage(facts, {
    id: `plan_${identifierOf(name)}`,
    displayName: `Plan for ${name}`,
    ...place,
    variables,
    clusters: [environment],
    rights: '-planner',
    command: {
      id: 'plan',
      displayName: 'Show what is to be approved',
      command: provisionCommand(name, ' --dry-run'),
      env: chosen,
    },
  });
}
