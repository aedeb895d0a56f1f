import type { PipelineEnvironment } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { clusterSteps, jobSteps, type AzureCommand, type Rights } from './job-steps.ts';

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
  readonly rights?: Rights;
  readonly command: AzureCommand;
}

/** Returns the text of a stage. */
export function commandStage(stage: CommandStage): Yaml {
  const { id, displayName, environment } = stage;
  const steps = jobSteps([clusterSteps(stage.clusters, stage.command, stage.rights)], id);
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

function job({ id, displayName }: CommandStage, steps: Yaml): Yaml {
  return yaml`
    job: ${id}
    displayName: ${displayName}
    steps:
      ${steps}
  `;
}

function deployment({ id, displayName }: CommandStage, environment: string, steps: Yaml): Yaml {
  return yaml`
    deployment: ${id}
    displayName: ${displayName}
    environment: ${environment}
    strategy:
      runOnce:
        deploy:
          steps:
            ${steps}
  `;
}
