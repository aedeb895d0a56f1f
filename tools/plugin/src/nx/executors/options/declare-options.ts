import { BuildNumber } from '../../../model/release/build-number.ts';
import { ReleaseTag } from '../../../model/release/release-tag.ts';
import { parseDuration } from '../../../model/text/duration.ts';
import { badOption, kebabCase, type Option, type OptionReader } from './option.ts';

/** Reads `--dry-run`, `--dry-run=false`. */
export const booleanReader: OptionReader<boolean> = {
  read(value, context) {
    if (value === undefined) return false;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw badOption(context, value, 'Expected true or false.');
  },
};

/** Reads an option whose absence is a choice of its own. */
export function maybe<T>(reader: OptionReader<T>): OptionReader<T | undefined> {
  return { read: (value, context) => (value === undefined ? undefined : reader.read(value, context)) };
}

/** Reads `--ci=azure`. */
export function choiceReader<T extends string>(...allowed: readonly T[]): OptionReader<T | undefined> {
  return {
    read(value, context) {
      if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
      throw badOption(context, value, `Expected one of ${allowed.join(', ')}.`);
    },
  };
}

/** `--dry-run`, `--dry-run=false`. */
export function booleanOption(description: string): Option<boolean> {
  return { kind: 'boolean', type: 'boolean', description, ...booleanReader };
}

/** `--open=false`, `--no-open`: what is done unless it is turned off. */
export function onByDefaultOption(description: string): Option<boolean> {
  const option = booleanOption(`${description} (default: true)`);
  return { ...option, read: (value, context) => option.read(value ?? true, context) };
}

/** `--json`: a form of output. */
export function formatOption(description: string): Option<boolean> {
  return { ...booleanOption(description), isFormat: true };
}

/** `--reason="wrong totals"`. @param value what stands for it in the docs. */
export function stringOption(description: string, value: string): Option<string | undefined> {
  return {
    kind: 'text',
    type: 'string',
    description,
    value,
    read(given, context) {
      if (given === undefined) return undefined;
      if (typeof given === 'string' && given.trim() !== '') return given;
      throw badOption(context, given, `Expected one value: \`--${kebabCase(context.name)}=${value}\`.`);
    },
  };
}

/** A number with its default and bounds. */
interface Bounds {
  readonly default: number;
  readonly least: number;
  readonly most: number;
}

/** `--timeout=90`. */
export function secondsOption(description: string, { default: fallback, least, most }: Bounds): Option<number> {
  return {
    kind: 'seconds',
    type: 'number',
    description: `${description}, in seconds from ${least} to ${most}`,
    value: 'SECONDS',
    default: fallback,
    read(value, context) {
      const number = value === undefined ? fallback : numberOf(value);
      if (typeof number === 'number' && number >= least && number <= most) return number;
      throw badOption(context, value, `Expected a number of seconds from ${least} to ${most}.`);
    },
  };
}

/** `--jobs=4`. */
export function countOption(description: string, { default: fallback, least, most }: Bounds): Option<number> {
  return {
    kind: 'count',
    type: 'number',
    description: `${description}, from ${least} to ${most}`,
    value: 'COUNT',
    default: fallback,
    read(value, context) {
      const number = value === undefined ? fallback : numberOf(value);
      if (Number.isInteger(number) && Number(number) >= least && Number(number) <= most) return Number(number);
      throw badOption(context, value, `Expected a whole number from ${least} to ${most}.`);
    },
  };
}

function isPort(number: unknown, least: number): number is number {
  return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= 65_535;
}

/** `--port=8080`. */
export function portOption(description: string): Option<number | undefined> {
  return {
    kind: 'port',
    type: 'number',
    description,
    value: 'PORT',
    read(value, context) {
      const number = numberOf(value);
      if (number === undefined) return undefined;
      if (isPort(number, 1)) return number;
      throw badOption(context, value, 'Expected a port from 1 to 65535.');
    },
  };
}

/** The same, where 0 stands for any that is free, which is also taken when it is omitted. */
export function anyPortOption(description: string): Option<number> {
  const { resolve: _, ...port } = portOption(`${description} (default: 0, any that is free)`);
  return {
    ...port,
    kind: 'any-port',
    read(value, context) {
      const number = value === undefined ? 0 : numberOf(value);
      if (isPort(number, 0)) return number;
      throw badOption(context, value, 'Expected a port from 1 to 65535, or 0 for any that is free.');
    },
  };
}

/** `--output=site`: a folder, relative to the workspace. */
export function folderOption(description: string): Option<string | undefined> {
  return { ...stringOption(description, 'FOLDER'), kind: 'folder' };
}

/** A port of something that can be turned off: `--inspect=false`, `--no-inspect`. */
export function portOrNoneOption(description: string): Option<number | undefined | 'none'> {
  const option = portOption(description);
  return {
    ...option,
    read(value, context) {
      if (value === false || value === 'false') return 'none';
      return value === true || value === 'true' ? undefined : option.read(value, context);
    },
  };
}

/** A command and its arguments, as a list in project.json. */
export function wordsOption(description: string): Option<readonly string[] | undefined> {
  return {
    kind: 'words',
    type: 'string',
    description,
    value: 'LIST',
    read(value, context) {
      if (value === undefined) return undefined;
      const isList = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
      if (isList) return value as string[];
      throw badOption(context, value, 'Expected a list of texts in `project.json`: the command and its arguments.');
    },
  };
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

/** `--since=30d`, read as milliseconds. */
export function periodOption(description: string, fallback: string): Option<number> {
  return {
    kind: 'period',
    type: 'string',
    description: `${description}: 12h, 30d`,
    value: 'PERIOD',
    default: fallback,
    read(value, context) {
      const text = value === undefined ? fallback : value;
      const period = typeof text === 'string' ? parseDuration(text) : undefined;
      if (period !== undefined && period > 0) return period;
      throw badOption(context, value, 'Expected a period up to now, such as 12h or 30d.');
    },
  };
}

/** `--build-number=20261124-1`. */
export function anyBuildNumberOption(description: string): Option<BuildNumber | undefined> {
  return {
    kind: 'new-build',
    type: 'string',
    description,
    value: 'BUILD',
    read(value, context) {
      if (value === undefined) return undefined;
      const number = typeof value === 'string' ? BuildNumber.parse(value) : undefined;
      if (number) return number;
      throw badOption(context, value, explainBuildNumber(value));
    },
  };
}

/**
 * `--tag=20261124-1` or `--tag=orders-20261124-1`.
 * @param owner whose builds they are, where not the service's that the command is for.
 */
export function buildNumberOption(description: string, owner?: string): Option<BuildNumber | undefined> {
  return {
    kind: 'build',
    type: 'string',
    description,
    value: 'BUILD',
    read: (value, context) => {
      if (value === undefined) return undefined;
      const number = typeof value === 'string' ? BuildNumber.parse(value) : undefined;
      if (number) return number;
      const tag = typeof value === 'string' ? ReleaseTag.parse(value) : undefined;
      const service = owner ?? context.service;
      if (tag && (service === undefined || tag.service === service)) return tag.buildNumber;
      if (tag) throw badOption(context, value, `That is a release of ${tag.service}.`);
      throw badOption(context, value, explainBuildNumber(value));
    },
  };
}

/**
 * The same, also as a list for several services, of which each takes its own: `--tag=orders-20261124-1,payments-20261125-2`.
 */
export function ownBuildNumberOption(description: string): Option<BuildNumber | undefined> {
  const option = buildNumberOption(description);
  return {
    ...option,
    read(value, context) {
      if (typeof value !== 'string' || !value.includes(',')) return option.read(value, context);
      const tags = value.split(',').map((word) => ReleaseTag.parse(word.trim()));
      const own = tags.filter((tag) => tag?.service === context.service);
      if (own.length === 1 && tags.every((tag) => tag !== undefined)) return own[0]!.buildNumber;
      const service = context.service ?? 'orders';
      throw badOption(context, value, `Expected a list of tags with one of ${service}: \`${service}-20261124-1,…\`.`);
    },
  };
}

function explainBuildNumber(value: unknown): string {
  if (typeof value !== 'number') return 'A build number is a day and a revision, such as 20261124-1.';
  return (
    `Nx reads it as the number ${value}, in which 20261124.10 and 20261124.1 are the same. ` +
    'Build numbers are written with a hyphen, such as 20261124-1; an old one with a dot goes with its service, such as orders-20261124.10.'
  );
}
