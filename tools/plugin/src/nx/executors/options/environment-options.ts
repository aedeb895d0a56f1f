import { automaticEnvironments, type Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { environmentNamed } from '../../../adapters/workspace/environments.ts';
import { badOption, kebabCase, type Option } from './option.ts';
import { stringOption } from './declare-options.ts';

/** `--env=preprod`; the automatic one when omitted. */
export function oneEnvironmentOption(): Option<string | undefined, Environment> {
  return {
    ...stringOption('Environment (default: the automatic one)', 'NAME'),
    kind: 'environment',
    omitted: 'the automatic one',
    isAnnounced: true,
    resolve: oneEnvironment,
  };
}

/** `--env=prod`; the last one when omitted. */
export function lastEnvironmentOption(): Option<string | undefined, Environment> {
  return {
    ...stringOption('Environment (default: the last one)', 'NAME'),
    kind: 'environment',
    omitted: 'the last one',
    isAnnounced: true,
    // There is at least one: readEnvironments refuses a workspace without any.
    resolve: (name, environments) => (name === undefined ? environments.at(-1)! : environmentNamed(environments, name)),
  };
}

/** `--env=dev`; the first one when omitted. */
export function firstEnvironmentOption(): Option<string | undefined, Environment> {
  return {
    ...stringOption('Environment (default: the first one)', 'NAME'),
    kind: 'environment',
    omitted: 'the first one',
    resolve: (name, environments) => (name === undefined ? environments[0]! : environmentNamed(environments, name)),
  };
}

/** `--to=prod`; none when omitted. */
export function namedEnvironmentOption(
  description: string,
  omitted: string,
): Option<string | undefined, Environment | undefined> {
  return {
    ...stringOption(`${description} (default: ${omitted})`, 'NAME'),
    kind: 'environment',
    omitted,
    resolve: (name, environments) => (name === undefined ? undefined : environmentNamed(environments, name)),
  };
}

/** `--env=dev,preprod`; all automatic ones when omitted. */
export function automaticEnvironmentsOption(): Option<readonly string[] | undefined, readonly Environment[]> {
  return environmentsOption('Environments', 'all automatic ones', automaticEnvironments);
}

/** `--env=preprod,prod`; all when omitted. */
export function allEnvironmentsOption(): Option<readonly string[] | undefined, readonly Environment[]> {
  return environmentsOption('Environments', 'all', (environments) => environments);
}

function environmentsOption(
  description: string,
  omitted: string,
  fallback: (environments: readonly Environment[]) => readonly Environment[],
): Option<readonly string[] | undefined, readonly Environment[]> {
  return {
    kind: 'environments',
    type: 'string',
    description: `${description}, separated by commas (default: ${omitted})`,
    value: 'NAME,…',
    omitted,
    read(value, context) {
      if (value === undefined) return undefined;
      const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : [];
      if (names.length > 0 && names.every((name) => name !== '')) return names;
      throw badOption(context, value, `Expected one value: \`--${kebabCase(context.name)}=NAME\`, or \`NAME,NAME\`.`);
    },
    resolve(names, environments) {
      if (names === undefined) return fallback(environments);
      const chosen = new Set(names.map((name) => environmentNamed(environments, name)));
      return environments.filter((environment) => chosen.has(environment));
    },
  };
}

/** Returns the environment that is meant. @throws {Refusal} when several could be. */
function oneEnvironment(name: string | undefined, environments: readonly Environment[], doing: string): Environment {
  if (name !== undefined) return environmentNamed(environments, name);
  const [only, ...others] = automaticEnvironments(environments);
  if (only && others.length === 0) return only;
  throw new Refusal({
    type: 'which-environment',
    doing,
    reason: only
      ? 'Several environments are automatic, so that it is not clear which one is meant.'
      : 'No environment is automatic.',
    remedy: `Choose one with --env: ${environments.map((environment) => environment.name).join(', ')}.`,
  });
}

/**
 * Returns from where to where is promoted: where nothing is said, from the last automatic environment to the next.
 * @throws {Refusal} when there is no such way.
 */
export function promotionOf(
  environments: readonly Environment[],
  from: Environment | undefined,
  to: Environment | undefined,
  doing: string,
): { from: Environment; to: Environment } {
  const source =
    from ??
    (to ? environments.filter(({ order }) => order < to.order).at(-1) : automaticEnvironments(environments).at(-1));
  const next = to ?? environments.find(({ order }) => source !== undefined && order > source.order);
  if (source && next && source.order < next.order) return { from: source, to: next };
  const names = environments.map(({ name }) => name).join(', ');
  throw new Refusal({
    type: 'no-way-up',
    doing,
    reason: `Releases are promoted in the order of the environments (${names}), and ${source && next ? `${source.name} does not come before ${next.name}` : 'there is no environment to promote from or to'}.`,
    remedy: 'Choose two of them with --from and --to.',
  });
}
