import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { azureCommand } from '../../../../model/ci/output/azure-syntax.ts';
import { ciOf } from '../../../../model/ci/ci-run.ts';

/**
 * Sets a variable that later steps and jobs of a CI's run can read: of Azure an output variable, of GitHub an output of the
 * step. Other CIs have none.
 * @returns whether it was set.
 */
export function outputVariable(env: NodeJS.ProcessEnv, name: string, value: string): boolean {
  const ci = ciOf(env);
  const file = env['GITHUB_OUTPUT'];
  if (ci === 'azure') console.log(azureCommand('task.setvariable', { variable: name, isOutput: 'true' }, value));
  else if (ci === 'github' && file) appendFileSync(file, githubOutput(name, value));
  else return false;
  return true;
}

/** Formats a value for GitHub: a multi-line value is enclosed in two random marks. */
function githubOutput(name: string, value: string): string {
  if (!/[\r\n]/.test(value)) return `${name}=${value}\n`;
  const mark = `poc-${randomUUID()}`;
  return `${name}<<${mark}\n${value}\n${mark}\n`;
}
