import { appendFile } from 'node:fs/promises';

/** Hands a value on to later steps of a CI run, in the way of that CI; nothing where there is none. */
export async function outputVariable(env: NodeJS.ProcessEnv, name: string, value: string): Promise<void> {
  if (env['TF_BUILD'] === 'True') console.log(`##vso[task.setvariable variable=${name};isOutput=true]${value}`);
  const file = env['GITHUB_OUTPUT'];
  if (env['GITHUB_ACTIONS'] === 'true' && file) await appendFile(file, `${name}=${value}\n`);
}
