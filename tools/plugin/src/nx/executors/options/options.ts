import { BuildNumber } from '../../../model/release/build-number.ts';
import { didYouMean } from '../../../model/text/did-you-mean.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { ReleaseTag } from '../../../model/release/release-tag.ts';

/** Options as Nx hands them over: what it could not read as a number or as true and false is a text. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** Reads one option. @throws {Refusal} when it cannot be read. */
export type OptionReader<T> = (value: unknown, name: string, doing: string) => T;

/** One reader for each option that an executor has. */
export type OptionReaders<T> = { readonly [Name in keyof T]: OptionReader<T[Name]> };

/** Nx's own, which it hands over with the others. */
const ofNx = /^(_|--|__.*|verbose|parallel|skipNxCache|tuiAutoExit)$/;

/**
 * Reads options. Nx would check them against the executor's schema, but of many tasks at once it answers a misspelt
 * option with a stack, so that the schemas there are lenient and the check is here.
 * @param doing what the options are for, as a clause: `release orders`.
 * @throws {Refusal} naming the option that is unknown or malformed.
 */
export function readOptions<T>(raw: RawOptions, readers: OptionReaders<T>, doing: string): T {
  const names = Object.keys(readers);
  for (const name of Object.keys(raw)) {
    if (names.includes(name) || ofNx.test(name)) continue;
    throw new Refusal({
      type: 'unknown-option',
      doing,
      reason: `There is no option --${name.slice(0, 80)}.`,
      remedy:
        didYouMean(name, [...names, ...names.map(kebab)]).replace('"', '"--') ||
        `The options are ${names.map((known) => `--${kebab(known)}`).join(', ')}.`,
    });
  }
  const read = Object.entries<OptionReader<unknown>>(readers).map(([name, reader]) => [
    name,
    reader(raw[name], name, doing),
  ]);
  return Object.fromEntries(read) as T;
}

/** `--dry-run`, `--dry-run=false`. */
export const booleanOption: OptionReader<boolean> = (value, name, doing) => {
  if (value === undefined) return false;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw badOption(name, value, doing, 'It is either given or not; it takes no value but true and false.');
};

/** `--env=preprod`. */
export const stringOption: OptionReader<string | undefined> = (value, name, doing) => {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw badOption(name, value, doing, `Give it a value: --${kebab(name)}=VALUE, once.`);
};

/** `--engine=podman`. */
export function oneOf<T extends string>(...allowed: readonly T[]): OptionReader<T | undefined> {
  return (value, name, doing) => {
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw badOption(name, value, doing, `It is one of ${allowed.join(', ')}.`);
  };
}

/** `--timeout=90`, seconds. */
export function secondsOption(fallback: number, least: number, most: number): OptionReader<number> {
  return (value, name, doing) => {
    if (value === undefined) return fallback;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && number >= least && number <= most) return number;
    throw badOption(name, value, doing, `It is a number of seconds from ${least} to ${most}.`);
  };
}

/** `--jobs=4`. */
export function countOption(fallback: number, least: number, most: number): OptionReader<number> {
  return (value, name, doing) => {
    if (value === undefined) return fallback;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (Number.isInteger(number) && Number(number) >= least && Number(number) <= most) return Number(number);
    throw badOption(name, value, doing, `It is a whole number from ${least} to ${most}.`);
  };
}

/** `--build-number=20261124-1`. */
export const anyBuildNumberOption: OptionReader<BuildNumber | undefined> = (value, name, doing) => {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' ? BuildNumber.parse(value) : undefined;
  if (number) return number;
  throw badOption(name, value, doing, explainBuildNumber(value));
};

/** `--tag=20261124-1` or `--tag=orders-20261124-1`: a build of the service. */
export function buildNumberOption(service: string): OptionReader<BuildNumber | undefined> {
  return (value, name, doing) => {
    if (value === undefined) return undefined;
    const number = typeof value === 'string' ? BuildNumber.parse(value) : undefined;
    if (number) return number;
    const tag = typeof value === 'string' ? ReleaseTag.parse(value) : undefined;
    if (tag?.service === service) return tag.buildNumber;
    if (tag) throw badOption(name, value, doing, `That is a release of ${tag.service}.`);
    throw badOption(name, value, doing, explainBuildNumber(value));
  };
}

/** @throws {Refusal} when more than one form of output is asked for. */
export function exclusive(forms: Readonly<Record<string, boolean>>, doing: string): void {
  const asked = Object.keys(forms).filter((name) => forms[name]);
  if (asked.length < 2) return;
  const names = asked.map((name) => `--${kebab(name)}`).join(' and ');
  const reason = `${names} exclude one another.`;
  throw new Refusal({ type: 'bad-option', doing, reason, remedy: 'Choose one of them.' });
}

function explainBuildNumber(value: unknown): string {
  if (typeof value !== 'number') return 'A build number is a day and a revision, such as 20261124-1.';
  return (
    `Nx reads it as the number ${value}, in which 20261124.10 and 20261124.1 are the same. ` +
    'Build numbers are written with a hyphen, such as 20261124-1; an old one with a dot goes with its service, such as orders-20261124.10.'
  );
}

/** The refusal of an option's value. */
export function badOption(name: string, value: unknown, doing: string, remedy: string): Refusal {
  const shown = (JSON.stringify(value) ?? String(value)).slice(0, 80);
  return new Refusal({ type: 'bad-option', doing, reason: `--${kebab(name)} cannot be ${shown}.`, remedy });
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
