import type { Environment } from '../model/environment.ts';
import { automaticEnvironments } from '../release/release-registries.ts';
import { environmentNamed } from '../workspace/environments.ts';
import { flag, optionalText, seconds, type OptionReaders } from './options.ts';

/** Options of every executor that deploys. */
export interface DeployOptions {
  /** The environment; all automatic ones when left away. */
  readonly env: string | undefined;
  readonly allowDowntime: boolean;
  readonly adopt: boolean;
  readonly force: boolean;
  /** Approves of what is put into a protected environment. */
  readonly approve: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly dryRun: boolean;
}

/** Their readers. */
export const deployOptions: OptionReaders<DeployOptions> = {
  env: optionalText,
  allowDowntime: flag,
  adopt: flag,
  force: flag,
  approve: flag,
  timeout: seconds(300, 1, 86_400),
  dryRun: flag,
};

/** The environments that are meant. @throws {Refusal} when there is none of this name. */
export function environmentsMeant(environments: readonly Environment[], env: string | undefined): Environment[] {
  return env === undefined ? automaticEnvironments(environments) : [environmentNamed(environments, env)];
}
