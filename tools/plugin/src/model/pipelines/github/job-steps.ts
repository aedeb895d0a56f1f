import { envSection, keyVariables, scriptLine, type NxCommand, type StepVariables } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';
import { actionFolder } from './workflow-settings.ts';

/** Makes a checkout ready for Nx. */
function workspaceStep(facts: PipelineFacts): Yaml {
  return yaml`- uses: ./${actionFolder(facts, 'workspace')}`;
}

/**
 * Checks the commit out and makes it ready for Nx. Git keeps the job's token, outside the checkout, because commands fetch
 * commits and tags that a shallow clone lacks, and push tags where the token may write.
 */
export function readySteps(facts: PipelineFacts): readonly Yaml[] {
  const checkout = yaml`
    - uses: ${pinnedActions.checkout}
      with:
        persist-credentials: true
  `;
  return [checkout, workspaceStep(facts)];
}

/** The same with all commits, for a job that compares two of them and fetches nothing later. */
export function readyWithHistorySteps(facts: PipelineFacts): readonly Yaml[] {
  const checkout = yaml`
    - uses: ${pinnedActions.checkout}
      with:
        fetch-depth: 0
        persist-credentials: false
  `;
  return [checkout, workspaceStep(facts)];
}

/** Sets up what services are built with, for a job that releases what it builds. */
export function releaseToolchainSteps(facts: PipelineFacts): readonly Yaml[] {
  return facts.toolchains.length === 0 ? [] : [yaml`- uses: ./${actionFolder(facts, 'toolchains')}`];
}

/** Sets up what services are built with, for a job that only checks what it builds: it may take anything from a cache. */
export function checkToolchainSteps(facts: PipelineFacts): readonly Yaml[] {
  if (facts.toolchains.length === 0) return [];
  return [
    yaml`
      - uses: ./${actionFolder(facts, 'toolchains')}
        with:
          cache: true
    `,
  ];
}

/** Checks the commit out, for a job that runs nothing of it. */
export const checkoutSteps: readonly Yaml[] = [
  yaml`
    - uses: ${pinnedActions.checkout}
      with:
        persist-credentials: false
  `,
];

/** Checks that generated files are in step with the workspace. */
export function syncCheckStep(facts: PipelineFacts): Yaml {
  return commandStep(facts, { command: 'nx sync:check' });
}

/** Checks what is affected since the commit of an expression. */
export function checkAffectedStep(facts: PipelineFacts, base: string): Yaml {
  return commandStep(facts, { command: 'nx affected -t lint test build --base="$BASE"', env: { BASE: base } });
}

/**
 * Returns a step that runs one command with variables. Inputs go in as variables: text of an expression would become script.
 */
export function commandStep(facts: PipelineFacts, command: NxCommand): Yaml {
  const { id, env } = command;
  return yaml`
    - ${yaml`
        id: ${id}
        ${envSection(env)}
        run: ${scriptLine(facts, command)}
      `}
  `;
}

/** Returns the outputs of a job whose step `plan` shows plans, for the job that applies them. @param names of its outputs. */
export function planOutputs(names: readonly string[]): Yaml {
  return yaml`
    outputs:
      ${Object.fromEntries(names.map((name) => [name, `\${{ steps.plan.outputs.${name} }}`]))}
  `;
}

/** Returns the variables of a command that deploys: to check what it publishes, too. @param environments where to. */
export function deployVariables(environments: readonly PipelineEnvironment[], kubeconfig: string): StepVariables {
  return { ...keyVariables(environments, (name) => `\${{ secrets.${name} }}`), ...commandVariables(kubeconfig) };
}

/** Returns the variables of every command that reads clusters, or reports to GitHub what it did. */
export function commandVariables(kubeconfig: string): StepVariables {
  return { GITHUB_TOKEN: '${{ github.token }}', KUBECONFIG: kubeconfig };
}
