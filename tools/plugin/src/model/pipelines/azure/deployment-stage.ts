import type { PipelineEnvironment } from '../pipeline-facts.ts';
import { clusterSteps, closing, preparation, type NxCommand } from './job-steps.ts';
import { indented, scalar } from './yaml-text.ts';

/** A stage that changes environments with one command. */
export interface DeploymentStage {
  /** Unique in its file, and the name of its regions. */
  readonly id: string;
  readonly displayName: string;
  /** Stages that come before it; the one above it when left away. */
  readonly dependsOn?: readonly string[];
  readonly condition?: string;
  /** Variables of its job: expressions by name. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The environment whose checks (approvals, exclusive lock) Azure makes before the stage begins. */
  readonly environment: string;
  /** Environments whose clusters it reaches. */
  readonly clusters: readonly PipelineEnvironment[];
  readonly rights?: '' | '-provisioning';
  readonly command: NxCommand;
}

/** Its text. */
export function deploymentStage(stage: DeploymentStage): string {
  const { id, displayName, dependsOn, condition, variables = {} } = stage;
  const named = Object.entries(variables).map(([name, value]) => `    - name: ${name}\n      value: ${value}\n`);
  return `- stage: ${id}
  displayName: ${displayName}
${dependsOn === undefined ? '' : `  dependsOn:${dependsOn.length > 0 ? dependsOn.map((name) => `\n    - ${name}`).join('') : ' []'}\n`}${condition === undefined ? '' : `  condition: ${condition}\n`}  jobs:
    - deployment: ${id}
      displayName: ${displayName}
${named.length > 0 ? `      variables:\n${indented(4, named.join(''))}` : ''}      environment: ${scalar(stage.environment)}
      strategy:
        runOnce:
          deploy:
            steps:
${indented(14, [preparation(id), clusterSteps(stage.clusters, stage.command, stage.rights), closing(id)].join('\n'))}`;
}
