import { automaticEnvironments } from '../../environment/environment.ts';
import { customRegion } from '../custom-region.ts';
import { buildCommands, checkTargets, type StepVariables } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { commandStep, githubVariables, jobSteps, registryStep } from './job-steps.ts';
import { failedBuildsVariable } from '../../product/wire-names.ts';

/** The services that jobs are about. */
export interface Built {
  /** The option that names them, in a script. */
  readonly option: string;
  /** The variables of the script. */
  readonly env?: StepVariables;
  /** Where the builds of them that ran nowhere are found. */
  readonly failed?: string;
}

/** How the job that builds is placed among others. */
export interface BuildPlace {
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly strategy?: Yaml;
  /** Its agents, where the file has not the same for all of its jobs. */
  readonly pool?: Yaml;
  /** Steps after its own. */
  readonly after?: readonly Yaml[];
}

/** Returns the agents of a job that holds no credential: they are never those of jobs that deploy, unless the team says so. */
export function poolOf(job: string): Yaml {
  return customRegion(
    `pool ${job}`,
    yaml`
      pool:
        vmImage: ubuntu-latest
    `,
  );
}

/** Returns the job that lints, tests and builds some services, and holds no credential. */
export function checkJob(facts: PipelineFacts, { option, env }: Built): Yaml {
  const check = commandStep({
    displayName: 'Lint, test and build',
    command: `npx nx run-many -t ${checkTargets} ${option}`,
    env,
  });
  const steps = jobSteps(facts, [check], { job: 'check', purpose: 'check', holdsNothing: true });
  return yaml`
    - job: check
      displayName: Check
      ${poolOf('check')}
      steps:
        ${steps}
  `;
}

/**
 * Returns the job that builds, pushes and tags some services. It may write to the repository and the registry, and reaches no
 * cluster.
 */
export function buildJob(facts: PipelineFacts, { option, env, failed }: Built, place: BuildPlace): Yaml {
  const [build, release] = buildCommands(option);
  const own = [
    commandStep({ displayName: 'Build', command: build, env }),
    registryStep(automaticEnvironments(facts.environments), {
      displayName: 'Push and tag',
      command: release,
      env: { ...githubVariables, ...env, ...(failed === undefined ? {} : { [failedBuildsVariable]: '$(failed)' }) },
    }),
    ...(place.after ?? []),
  ];
  return yaml`
    - job: build
      displayName: Build
      ${place.pool ?? []}
      dependsOn: ${place.dependsOn.length === 1 ? place.dependsOn[0] : place.dependsOn}
      condition: ${place.condition}
      ${place.strategy ?? []}
      ${
        failed === undefined
          ? []
          : yaml`
        variables:
          failed: $[ ${failed} ]
      `
      }
      steps:
        ${jobSteps(facts, own, { job: 'build', purpose: 'release' })}
  `;
}
