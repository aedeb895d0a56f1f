import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { closestName } from '../../../model/text/did-you-mean.ts';
import {
  kebabCase,
  type OptionContext,
  type OptionReader,
  type Options,
  type OptionValues,
  type ReadOptions,
} from './option.ts';

/** Options as Nx hands them over: what it could not read as a number or as true and false is a text. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** Nx's own, which it hands over with the others. */
const ofNx = /^(_|--|__.*|verbose|parallel|skipNxCache|tuiAutoExit)$/;

/**
 * Reads options, in kebab-case or camelCase. Nx would check them against the executor's schema, but of many tasks at once
 * it answers a misspelt option with a stack, so that the schemas there are lenient and the check is here.
 * @throws {Refusal} naming the option that is unknown or malformed.
 */
export function readOptions<T>(
  raw: RawOptions,
  readers: { readonly [Name in keyof T]: OptionReader<T[Name]> },
  context: Omit<OptionContext, 'name'>,
): T {
  const names = Object.keys(readers);
  const given = new Map<string, unknown>();
  for (const [name, value] of Object.entries(raw)) {
    const known = names.find((each) => each === name || kebabCase(each) === name);
    if (known !== undefined) given.set(known, value);
    else if (!ofNx.test(name)) throw unknownOption(name, names, context.doing);
  }
  const read = Object.entries<OptionReader<unknown>>(readers).map(([name, reader]) => [
    name,
    reader.read(given.get(name), { ...context, name }),
  ]);
  return Object.fromEntries(read) as T;
}

/** Reads the options of a command. @throws {Refusal} also when more than one form of output is asked for. */
export function readDeclared<Declared extends Options>(
  raw: RawOptions,
  declared: Declared,
  context: Omit<OptionContext, 'name'>,
): ReadOptions<Declared> {
  const read = readOptions<Record<string, unknown>>(raw, declared, context);
  rejectSeveral(formatsOf(declared, read), context.doing);
  return read as ReadOptions<Declared>;
}

/** Finds what options name. @throws {Refusal} naming what there is not. */
export function resolveOptions<Declared extends Options>(
  read: ReadOptions<Declared>,
  declared: Declared,
  environments: readonly Environment[],
  doing: string,
): OptionValues<Declared> {
  const values = Object.entries(declared).map(([name, option]) => [
    name,
    option.resolve ? option.resolve(read[name], environments, doing) : read[name],
  ]);
  return Object.fromEntries(values) as OptionValues<Declared>;
}

/** Returns the forms of output that are asked for. */
export function formatsOf(declared: Options, read: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(declared).filter((name) => declared[name]!.isFormat && read[name] === true);
}

/** @throws {Refusal} when more than one option of several is given. */
export function rejectSeveral(given: readonly string[], doing: string): void {
  if (given.length < 2) return;
  const names = given.map((name) => `--${kebabCase(name)}`).join(' and ');
  const reason = `${names} exclude one another.`;
  throw new Refusal({ type: 'bad-option', doing, reason, remedy: 'Choose one of them.' });
}

/** Options of former versions, and what is written instead. */
const movedOptions: ReadonlyMap<string, string> = new Map([
  [
    'context',
    'It is a part of the option `build` of the target docker-release, in project.json or in `targetDefaults` of nx.json: `"options": {"build": {"context": "."}}`.',
  ],
]);

function unknownOption(name: string, known: readonly string[], doing: string): Refusal {
  const moved = movedOptions.get(name);
  if (moved !== undefined)
    return new Refusal({
      type: 'unknown-option',
      doing,
      reason: `There is no option \`${name}\` any more.`,
      remedy: moved,
    });
  // Compared as it is typed, so that `dryRunn` is near `dry-run` too.
  const similar = closestName(kebabCase(name), known.map(kebabCase));
  return new Refusal({
    type: 'unknown-option',
    doing,
    reason: `Unknown option \`--${kebabCase(name).slice(0, 80)}\`.`,
    remedy: similar
      ? `A similar option is \`--${similar}\`.`
      : `The options are ${known.map((each) => `\`--${kebabCase(each)}\``).join(', ')}.`,
  });
}
