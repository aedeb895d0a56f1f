import { join } from 'node:path';
import { runCommand, runSuccessfully } from './run-command.ts';

/** Root of the repository that is tested. */
export const repositoryRoot = join(import.meta.dirname, '..', '..', '..');

/** Where the local platform answers. */
export interface Platform {
  readonly kubeconfig: string;
  readonly context: string;
  /** Host and port. */
  readonly registry: string;
  /** Address of the gateway. */
  readonly gateway: string;
  /** Folder of kubectl and the like. */
  readonly binaries: string;
}

let found: Promise<Platform> | undefined;

/** The platform that runs on this machine. @throws when none does. */
export function platform(): Promise<Platform> {
  found ??= readStatus();
  return found;
}

async function readStatus(): Promise<Platform> {
  const main = join(repositoryRoot, 'tools/local-platform/src/main.ts');
  const { code, stdout, output } = await runCommand(join(repositoryRoot, 'node_modules/.bin/tsx'), [
    main,
    'status',
    '--json',
  ]);
  if (code !== 0) throw new Error(`The local platform does not run (nx run local-platform:up): ${output}`);
  return JSON.parse(stdout) as Platform;
}

/** Runs kubectl on the platform. @returns its output. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const { kubeconfig, context, binaries } = await platform();
  const where = [`--kubeconfig=${kubeconfig}`, `--context=${context}`];
  return runSuccessfully(join(binaries, 'kubectl'), [...where, ...args], input === undefined ? {} : { input });
}
