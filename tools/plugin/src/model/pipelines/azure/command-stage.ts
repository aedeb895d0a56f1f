import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { clusterSteps, jobSteps, type AzureCommand, type Rights } from './job-steps.ts';
import type { BuildPurpose } from './toolchain-steps.ts';

/** A stage that does one thing with one command. */
export interface CommandStage {
  /** Unique in its file, and the name of its regions. */
  readonly id: string;
  readonly displayName: string;
  /** Stages that come before it (default: the one above it). */
  readonly dependsOn?: readonly string[];
  readonly condition?: string;
  /** The environment whose checks (approvals, exclusive lock) Azure makes before the stage begins (default: none). */
  readonly environment?: string;
  /** Environments whose clusters it reaches. */
  readonly clusters: readonly PipelineEnvironment[];
  /** Environments that it looks at, and changes nothing in. */
  readonly looksAt?: readonly PipelineEnvironment[];
  readonly rights?: Rights;
  /** Its variables: what jobs before it put out. */
  readonly variables?: Yaml;
  /** Why it builds (default: it does not). */
  readonly purpose?: BuildPurpose;
  readonly command: AzureCommand;
}

/** Returns the text of a stage. */
export function commandStage(facts: PipelineFacts, stage: CommandStage): Yaml {
  const { id, displayName, environment, purpose, rights, looksAt } = stage;
  const own = [clusterSteps(facts, stage.clusters, stage.command, { rights, looksAt })];
  const steps = jobSteps(facts, own, { job: id, purpose });
  return yaml`
    - stage: ${id}
      displayName: ${displayName}
      ${stage.dependsOn && dependencies(stage.dependsOn)}
      condition: ${stage.condition}
      jobs:
        - ${environment === undefined ? job(stage, steps) : deployment(stage, environment, steps)}
  `;
}

function dependencies(stages: readonly string[]): Yaml {
  return stages.length === 0
    ? yaml`dependsOn: []`
    : yaml`
        dependsOn:
          ${stages}
      `;
}

function job({ id, displayName, variables }: CommandStage, steps: Yaml): Yaml {
  return yaml`
    job: ${id}
    displayName: ${displayName}
    ${variables ?? []}
    steps:
      ${steps}
  `;
}

function deployment({ id, displayName, variables }: CommandStage, environment: string, steps: Yaml): Yaml {
  return yaml`
    deployment: ${id}
    displayName: ${displayName}
    ${variables ?? []}
    environment: ${environment}
    strategy:
      runOnce:
        deploy:
          steps:
            ${steps}
  `;
}
