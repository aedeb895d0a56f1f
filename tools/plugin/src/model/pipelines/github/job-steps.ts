import { pinnedActions } from './pinned-actions.ts';

/**
 * Checks the commit out and makes it ready for Nx. Git keeps the job's token, outside the checkout, because commands fetch
 * commits and tags that a shallow clone lacks, and push tags where the token may write.
 */
export const readySteps: readonly (readonly string[])[] = [
  [`uses: ${pinnedActions.checkout}`, 'with:', '  persist-credentials: true'],
  ['uses: ./.github/actions/workspace'],
];

/** The same with all commits, for a job that compares two of them and fetches nothing later. */
export const readyWithHistorySteps: readonly (readonly string[])[] = [
  [`uses: ${pinnedActions.checkout}`, 'with:', '  fetch-depth: 0', '  persist-credentials: false'],
  ['uses: ./.github/actions/workspace'],
];

/** Checks the commit out, for a job that runs nothing of it. */
export const checkoutSteps: readonly (readonly string[])[] = [
  [`uses: ${pinnedActions.checkout}`, 'with:', '  persist-credentials: false'],
];

/** A step that runs one command with variables. Inputs go in as variables: text of an expression would become script. */
export function commandStep(
  command: string,
  variables: Readonly<Record<string, string>>,
  settings: readonly string[] = [],
): string[] {
  const [first = '', ...others] = settings;
  const env = ['env:', ...Object.entries(variables).map(([name, value]) => `  ${name}: ${value}`)];
  const body = [...others, ...env, `run: ${command}`];
  return first === '' ? body : [first, ...body];
}

/** Variables of every command that looks into clusters, or tells GitHub what it did. */
export function commandVariables(kubeconfig: string): Record<string, string> {
  return { GITHUB_TOKEN: '${{ github.token }}', KUBECONFIG: kubeconfig };
}
