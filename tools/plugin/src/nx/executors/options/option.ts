import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';

/** The context in which an option is read. */
export interface OptionContext {
  /** Of the option, in camelCase. */
  readonly name: string;
  /** The action, as a clause: `release orders`. */
  readonly doing: string;
  /** The service, where one is named. */
  readonly service?: string | undefined;
}

/** The type of an option's value. */
export type OptionKind =
  | 'boolean'
  | 'text'
  | 'file'
  | 'folder'
  | 'seconds'
  | 'count'
  | 'period'
  | 'moment'
  | 'commit'
  | 'build'
  | 'new-build'
  | 'environment'
  | 'environments'
  | 'point'
  | 'port'
  | 'any-port'
  | 'approval'
  | 'words'
  | 'shares'
  | 'block';

/**
 * An option of a command, declared once: what reads it, and what `--help`, `schema.json` and the docs say of it.
 * @template Read what its text stands for. @template Value what the command gets, once the environments are known.
 */
export interface Option<Read, Value = Read> {
  readonly kind: OptionKind;
  /** As `--help` shows it. */
  readonly type: 'string' | 'number' | 'boolean' | 'object';
  /** The placeholder of its value: `--env=NAME`. */
  readonly value?: string;
  /** Without a full stop; names the default, the unit and the bounds. */
  readonly description: string;
  readonly default?: string | number;
  /** Set for a form of output: forms exclude one another. */
  readonly isFormat?: true;
  /** For an object: what its schema says beside its type. */
  readonly schema?: object;
  /** For an environment: which is meant when the option is omitted. */
  readonly omitted?: string;
  /** Set when the choice that was made without the option is said first. */
  readonly isAnnounced?: true;
  /** @throws {Refusal} when it cannot be read. */
  read(value: unknown, context: OptionContext): Read;
  /** Finds what was named. @throws {Refusal} when there is no such thing. */
  resolve?(read: Read, environments: readonly Environment[], doing: string): Value;
}

/** A reader of one option. */
export type OptionReader<T> = Pick<Option<T>, 'read'>;

/** The options of a command by their names in camelCase. */
export type Options = Readonly<Record<string, Option<unknown, unknown>>>;

/** Options as they were read. */
export type ReadOptions<Declared extends Options> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Option<infer Read, unknown> ? Read : never;
};

/** Options as a command gets them. */
export type OptionValues<Declared extends Options> = {
  // A command infers both parameters, though only the second is wanted.
  readonly [Name in keyof Declared]: Declared[Name] extends Option<infer _Read, infer Value> ? Value : never;
};

/** Returns the refusal of an option's value. */
export function badOption({ name, doing }: OptionContext, value: unknown, remedy: string): Refusal {
  const shown = (JSON.stringify(value) ?? String(value)).slice(0, 80);
  return new Refusal({ type: 'bad-option', doing, reason: `--${kebabCase(name)} cannot be ${shown}.`, remedy });
}

/** Returns an option's name as it is typed: `dry-run`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
