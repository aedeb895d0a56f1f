import { envSection, keyVariables, type NxCommand, type StepVariables } from '../nx-command.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';
import { toolchainsFolder } from './toolchains-action.ts';

const workspaceStep = yaml`- uses: ./.github/actions/workspace`;

/**
 * Checks the commit out and makes it ready for Nx. Git keeps the job's token, outside the checkout, because commands fetch
 * commits and tags that a shallow clone lacks, and push tags where the token may write.
 */
export const readySteps: readonly Yaml[] = [
  yaml`
    - uses: ${pinnedActions.checkout}
      with:
        persist-credentials: true
  `,
  workspaceStep,
];

/** The same with all commits, for a job that compares two of them and fetches nothing later. */
export const readyWithHistorySteps: readonly Yaml[] = [
  yaml`
    - uses: ${pinnedActions.checkout}
      with:
        fetch-depth: 0
        persist-credentials: false
  `,
  workspaceStep,
];

/** Sets up what services are built with, for a job that releases what it builds. */
export function releaseToolchainSteps({ toolchains }: PipelineFacts): readonly Yaml[] {
  return toolchains.length === 0 ? [] : [yaml`- uses: ./${toolchainsFolder}`];
}

/** Sets up what services are built with, for a job that only checks what it builds: it may take anything from a cache. */
export function checkToolchainSteps({ toolchains }: PipelineFacts): readonly Yaml[] {
  if (toolchains.length === 0) return [];
  return [
    yaml`
      - uses: ./${toolchainsFolder}
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
export const syncCheckStep = yaml`- run: npx nx sync:check`;

/** Checks what is affected since the commit of an expression. */
export function checkAffectedStep(base: string): Yaml {
  return commandStep({ command: 'npx nx affected -t lint test build --base="$BASE"', env: { BASE: base } });
}

/**
 * Returns a step that runs one command with variables. Inputs go in as variables: text of an expression would become script.
 * @param condition expression without which the step is left out.
 */
export function commandStep({ command, id, env }: NxCommand, condition?: string): Yaml {
  return yaml`
    - ${yaml`
        id: ${id}
        if: ${condition}
        ${envSection(env)}
        run: ${command}
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
