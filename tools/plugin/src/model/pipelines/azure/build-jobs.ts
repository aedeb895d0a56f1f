import { automaticEnvironments } from '../../environment/environment.ts';
import { customRegion } from '../custom-region.ts';
import { buildCommands, checkTargets, type StepVariables } from '../nx-command.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { clusterSteps, commandStep, githubVariables, jobSteps, registryStep } from './job-steps.ts';
import { failedBuildsVariable } from '../../product/wire-names.ts';

/** The services that jobs are about. */
export interface Built {
  /** The option that names them, in a script. */
  readonly option: string;
  /** The variables of the script. */
  readonly env?: StepVariables;
  /** True when they are built again for what they are built on. */
  readonly rebuilds?: boolean;
}

/** How the job that builds is placed among others. */
export interface BuildPlace {
  /** End of its name, where a file has several. */
  readonly suffix?: string;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  readonly strategy?: Yaml;
  /** Its variables (default: the builds that ran nowhere). */
  readonly variables?: Yaml;
  /** Its agents, where the file has not the same for all of its jobs. */
  readonly pool?: Yaml;
  /** Steps after its own. */
  readonly after?: readonly Yaml[];
}

const failedBuilds = yaml`
  variables:
    failed: $[ dependencies.outdated.outputs['outdated.failed'] ]
`;

/** Returns the job that finds what is outdated, and which builds ran nowhere. @param place its agents, and for how many at once. */
export function outdatedJob(
  facts: PipelineFacts,
  place: { readonly pool?: Yaml; readonly agents?: number } = {},
): Yaml {
  const { agents } = place;
  const find = {
    id: 'outdated',
    displayName: 'Find what is outdated',
    command: `nx run infrastructure:outdated --matrix${agents === undefined ? '' : ` --jobs=${agents}`}`,
  };
  const steps = clusterSteps(facts, automaticEnvironments(facts.environments), find, { rights: '-planner' });
  return yaml`
    - job: outdated
      displayName: Find what is outdated
      ${place.pool ?? []}
      steps:
        ${jobSteps(facts, [steps], { job: 'outdated' })}
  `;
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

/** How a job that checks is placed among others. */
interface CheckPlace {
  readonly id?: string;
  readonly settings?: Yaml;
}

/** Returns the job that lints, tests and builds some services, and holds no credential. */
export function checkJob(
  facts: PipelineFacts,
  { option, env }: Built,
  { id = 'check', settings }: CheckPlace = {},
): Yaml {
  const check = commandStep(facts, {
    displayName: 'Lint, test and build',
    command: `nx run-many -t ${checkTargets} ${option}`,
    env,
  });
  const steps = jobSteps(facts, [check], { job: id, purpose: 'check', holdsNothing: true });
  return yaml`
    - job: ${id}
      displayName: Check
      ${settings ?? []}
      ${poolOf(id)}
      steps:
        ${steps}
  `;
}

/**
 * Returns the job that builds, pushes and tags some services. It may write to the repository and the registry, and reaches no
 * cluster.
 */
export function buildJob(facts: PipelineFacts, { option, env, rebuilds = false }: Built, place: BuildPlace): Yaml {
  const { suffix = '' } = place;
  const [build, release] = buildCommands(option, rebuilds);
  const own = [
    commandStep(facts, { displayName: 'Build', command: build, env }),
    registryStep(facts, automaticEnvironments(facts.environments), {
      displayName: 'Push and tag',
      command: release,
      env: { ...githubVariables, ...env, ...(rebuilds ? {} : { [failedBuildsVariable]: '$(failed)' }) },
    }),
    ...(place.after ?? []),
  ];
  return yaml`
    - job: build${suffix}
      displayName: Build
      ${place.pool ?? []}
      dependsOn: ${place.dependsOn.length === 1 ? place.dependsOn[0] : place.dependsOn}
      condition: ${place.condition}
      ${place.strategy ?? []}
      ${place.variables ?? (rebuilds ? [] : failedBuilds)}
      steps:
        ${jobSteps(facts, own, { job: `build${suffix}`, purpose: 'release' })}
  `;
}
