import type { PipelineEnvironment } from '../pipeline-facts.ts';
import { clusterSteps, postSteps, setupSteps, type NxCommand } from './job-steps.ts';
import { indented, list, scalar } from './yaml-text.ts';

/** A stage that does one thing with one command. */
export interface CommandStage {
  /** Unique in its file, and the name of its regions. */
  readonly id: string;
  readonly displayName: string;
  /** Stages that come before it; the one above it when left away. */
  readonly dependsOn?: readonly string[];
  readonly condition?: string;
  /** The environment whose checks (approvals, exclusive lock) Azure makes before the stage begins; none when left away. */
  readonly environment?: string;
  /** Environments whose clusters it reaches. */
  readonly clusters: readonly PipelineEnvironment[];
  readonly rights?: '' | '-provisioning';
  readonly command: NxCommand;
}

/** Its text. */
export function commandStage(stage: CommandStage): string {
  const { id, displayName, dependsOn, condition, environment } = stage;
  const steps = [setupSteps(id), clusterSteps(stage.clusters, stage.command, stage.rights), postSteps(id)].join('\n');
  return [
    `- stage: ${id}`,
    `  displayName: ${displayName}`,
    ...(dependsOn === undefined
      ? []
      : dependsOn.length === 0
        ? ['  dependsOn: []']
        : ['  dependsOn:', indented(4, list(dependsOn))]),
    ...(condition === undefined ? [] : [`  condition: ${condition}`]),
    '  jobs:',
    `    - ${environment === undefined ? 'job' : 'deployment'}: ${id}`,
    `      displayName: ${displayName}`,
    ...(environment === undefined ? ['      steps:', indented(8, steps)] : [deployed(environment, steps)]),
  ].join('\n');
}

function deployed(environment: string, steps: string): string {
  return `      environment: ${scalar(environment)}
      strategy:
        runOnce:
          deploy:
            steps:
${indented(14, steps)}`;
}
