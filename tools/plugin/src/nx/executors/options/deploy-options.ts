import { automaticEnvironments, type Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { environmentNamed } from '../../../adapters/workspace/environments.ts';
import { booleanOption, stringOption, secondsOption, type OptionReaders } from './options.ts';

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
  env: stringOption,
  allowDowntime: booleanOption,
  adopt: booleanOption,
  force: booleanOption,
  approve: booleanOption,
  timeout: secondsOption(300, 1, 86_400),
  dryRun: booleanOption,
};

/** The environments that are meant. @throws {Refusal} when there is none of this name. */
export function targetEnvironments(environments: readonly Environment[], env: string | undefined): Environment[] {
  return env === undefined ? automaticEnvironments(environments) : [environmentNamed(environments, env)];
}

/** The environments that are asked about: all when nobody says. @throws {Refusal} when there is none of this name. */
export function selectedEnvironments(
  environments: readonly Environment[],
  env: string | undefined,
): readonly Environment[] {
  return env === undefined ? environments : [environmentNamed(environments, env)];
}

/** The one environment that is meant: the automatic one when nobody says. @throws {Refusal} when there are several. */
export function oneEnvironment(
  environments: readonly Environment[],
  env: string | undefined,
  doing: string,
): Environment {
  const [only, ...others] = targetEnvironments(environments, env);
  if (only && others.length === 0) return only;
  throw new Refusal({
    type: 'which-environment',
    doing,
    reason: only
      ? 'Several environments are automatic, so that it is not clear which one is meant.'
      : 'No environment is automatic.',
    remedy: `Choose one with --env: ${environments.map(({ name }) => name).join(', ')}.`,
  });
}

/**
 * From where to where is promoted: where nothing is said, from the last automatic environment to the one after it.
 * @throws {Refusal} when there is no such way.
 */
export function promotionOf(
  environments: readonly Environment[],
  from: string | undefined,
  to: string | undefined,
  doing: string,
): { from: Environment; to: Environment } {
  const target = to === undefined ? undefined : environmentNamed(environments, to);
  const source =
    from === undefined
      ? target
        ? environments.filter(({ order }) => order < target.order).at(-1)
        : automaticEnvironments(environments).at(-1)
      : environmentNamed(environments, from);
  const next = target ?? environments.find(({ order }) => source !== undefined && order > source.order);
  if (source && next && source.order < next.order) return { from: source, to: next };
  const names = environments.map(({ name }) => name).join(', ');
  throw new Refusal({
    type: 'no-way-up',
    doing,
    reason: `Releases go up in the order of the environments (${names}), and ${source && next ? `${source.name} does not come before ${next.name}` : 'there is none to go from or to'}.`,
    remedy: 'Choose two of them with --from and --to.',
  });
}
