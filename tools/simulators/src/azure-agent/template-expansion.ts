import { dirname, join, normalize } from 'node:path';
import { parseDocument } from 'yaml';
import { asText, evaluate, isTrue, type Value } from './expression.ts';

/** Gives the text of a file of the repository. @throws when there is none. */
export type ReadFile = (path: string) => string;

type Mapping = { readonly [key: string]: Value };

interface Place {
  /** Of the file that is expanded. */
  readonly path: string;
  readonly parameters: Mapping;
  /** Variables whose values are known before anything runs. */
  readonly variables: Mapping;
  /** What `each` goes through. */
  readonly loops: Mapping;
}

/** Whether a branch of a chain of if, elseif and else was taken; undefined where no chain is. */
interface Chain {
  taken: boolean | undefined;
}

interface Chosen {
  /** Left away for what stands below a directive. */
  readonly key?: string;
  readonly value: Value;
  readonly inner: Place;
}

/** What may hold parts of other files: these lists. */
const lists = ['stages', 'jobs', 'steps', 'variables'] as const;
/** What a template brings instead of the file that extends it. */
const bodies = ['stages', 'jobs', 'steps'] as const;

/**
 * Expands a pipeline before anything runs, as the server does: its templates, and what stands in `${{ }}`.
 * @param parameters as whoever queues the run gives them.
 * @param variables predefined ones.
 * @returns the root file with all parts in place and no `parameters`; `variables` are a mapping everywhere.
 */
export function expandTemplates(
  read: ReadFile,
  path: string,
  parameters: Readonly<Record<string, Value>>,
  variables: Readonly<Record<string, string>>,
): Mapping {
  return new Expansion(read).file(path, parameters, variables);
}

class Expansion {
  private readonly read: ReadFile;

  constructor(read: ReadFile) {
    this.read = read;
  }

  file(path: string, given: Mapping, variables: Mapping): Mapping {
    const { parameters: declared, extends: extended, ...rest } = this.parse(path);
    const place: Place = { path, parameters: bind(path, declared, given), variables, loops: {} };
    const own = this.mapping(rest, place);
    if (extended === undefined) return own;
    const body = bodies.find((name) => name in own);
    if (body !== undefined) throw new Error(`${path}: what is extended brings the ${body}, not this file.`);
    const known = { ...variables, ...(own['variables'] as Mapping | undefined) };
    const {
      template,
      parameters = {},
      ...others
    } = this.mapping(asMapping(extended, path), {
      ...place,
      variables: known,
    });
    refuseOthers(others, `${path}: extends`);
    const from = this.file(targetOf(path, template!), asMapping(parameters, path), known);
    refuseOthers({ ...from, variables: undefined, ...absent(bodies) }, `${path}: what it extends`);
    const all = { ...(own['variables'] as Mapping | undefined), ...(from['variables'] as Mapping | undefined) };
    return { ...own, ...from, variables: all };
  }

  private parse(path: string): Mapping {
    const document = parseDocument(this.read(path), { schema: 'failsafe' });
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${path}: ${error.message}`);
    return asMapping(document.toJS() as Value, path);
  }

  private node(value: Value, place: Place, key: string): Value {
    if (typeof value === 'string') return this.text(value, place);
    if (Array.isArray(value)) return this.list(value as readonly Value[], place, key);
    return this.mapping(value as Mapping, place);
  }

  private text(text: string, place: Place): Value {
    const whole = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text);
    if (whole !== null) return this.evaluate(whole[1]!, place);
    return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => asText(this.evaluate(expression, place)));
  }

  private evaluate(expression: string, { path, parameters, variables, loops }: Place): Value {
    try {
      return evaluate(expression, { objects: { parameters, variables, ...loops }, strict: ['parameters'] });
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  private mapping(mapping: Mapping, outer: Place): Mapping {
    const found: Record<string, Value> = {};
    const add = (more: Mapping) => {
      for (const [key, value] of Object.entries(more)) {
        if (key in found) throw new Error(`${outer.path}: ${key} is there twice.`);
        found[key] = value;
      }
    };
    // Variables of a stage or job are known to all that stands in it.
    let place = outer;
    if ('variables' in mapping) {
      const own = this.variables(mapping['variables']!, outer);
      add({ variables: own });
      place = { ...outer, variables: { ...outer.variables, ...own } };
    }
    const entries = Object.entries(mapping).filter(([key]) => key !== 'variables');
    for (const { key, value, inner } of this.chosen(entries, place, { taken: undefined })) {
      if (key === undefined) add(this.mapping(asMapping(value, place.path), inner));
      else add({ [asText(this.text(key, inner))]: this.node(value, inner, key) });
    }
    return found;
  }

  private list(items: readonly Value[], place: Place, key: string): Value[] {
    // A chain of if and else spans several items of a list.
    const chain: Chain = { taken: undefined };
    return items.flatMap((item) => this.item(item, place, key, chain));
  }

  private item(item: Value, place: Place, key: string, chain: Chain): readonly Value[] {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return [this.node(item, place, key)];
    const mapping = item as Mapping;
    const [only, ...others] = Object.entries(mapping);
    if (only === undefined || directiveOf(only[0]) === undefined) {
      chain.taken = undefined;
      return 'template' in mapping ? this.template(mapping, place, key) : [this.mapping(mapping, place)];
    }
    if (others.length > 0) throw new Error(`${place.path}: nothing may stand beside "- ${only[0]}".`);
    return this.chosen([only], place, chain).flatMap(({ value, inner }) =>
      Array.isArray(value)
        ? this.list(value as readonly Value[], inner, key)
        : [this.mapping(asMapping(value, place.path), inner)],
    );
  }

  private template(mapping: Mapping, place: Place, key: string): readonly Value[] {
    if (!(lists as readonly string[]).includes(key)) throw new Error(`${place.path}: no template can stand in ${key}.`);
    const { template, parameters = {}, ...others } = this.mapping(mapping, place);
    refuseOthers(others, `${place.path}: template ${asText(template!)}`);
    const path = targetOf(place.path, template!);
    const { [key]: part, ...rest } = this.file(path, asMapping(parameters, place.path), place.variables);
    refuseOthers(rest, `${path}, as part of ${key}`);
    if (part === undefined) throw new Error(`${path} has no ${key}.`);
    return Array.isArray(part) ? (part as readonly Value[]) : [part];
  }

  /** Variables in either form, as a mapping. */
  private variables(value: Value, place: Place): Mapping {
    if (!Array.isArray(value)) return this.mapping(asMapping(value, place.path), place);
    let known = place;
    const chain: Chain = { taken: undefined };
    const found: Record<string, Value> = {};
    for (const item of value as readonly Value[]) {
      for (const entry of this.item(item, known, 'variables', chain)) {
        const { name, value: content, ...others } = entry as Mapping;
        // A template brings a mapping, a list names each.
        const more = name === undefined ? (entry as Mapping) : { [asText(name)]: content ?? '' };
        if (name !== undefined) refuseOthers(others, `${place.path}: variable ${asText(name)}`);
        Object.assign(found, more);
        known = { ...known, variables: { ...known.variables, ...more } };
      }
    }
    return found;
  }

  /** What of these entries is there: ordinary ones, and what the directives that hold contain. */
  private chosen(entries: readonly (readonly [string, Value])[], place: Place, chain: Chain): Chosen[] {
    return entries.flatMap(([key, value]): Chosen[] => {
      const directive = directiveOf(key);
      if (directive === undefined) {
        chain.taken = undefined;
        return [{ key, value, inner: place }];
      }
      const [word, rest] = directive;
      if (word === 'insert') return [{ value: this.node(value, place, ''), inner: place }];
      if (word === 'each') return this.rounds(rest, place).map((inner) => ({ value, inner }));
      if (word !== 'if' && chain.taken === undefined) throw new Error(`${place.path}: "${key}" follows no if.`);
      const before = word !== 'if' && chain.taken === true;
      const holds = !before && (word === 'else' || isTrue(this.evaluate(rest, place)));
      chain.taken = before || holds;
      return holds ? [{ value, inner: place }] : [];
    });
  }

  private rounds(rest: string, place: Place): Place[] {
    const match = /^(\w+)\s+in\s+(.+)$/s.exec(rest);
    if (match === null) throw new Error(`${place.path}: cannot read "each ${rest}".`);
    const [, name, expression] = match;
    const collection = this.evaluate(expression!, place);
    const items: readonly Value[] = Array.isArray(collection)
      ? (collection as readonly Value[])
      : Object.entries(asMapping(collection, place.path)).map(([key, value]) => ({ key, value }));
    return items.map((item) => ({ ...place, loops: { ...place.loops, [name!]: item } }));
  }
}

function directiveOf(key: string): readonly [string, string] | undefined {
  const match = /^\s*\$\{\{\s*(if|elseif|else|each|insert)\b\s*(.*?)\s*\}\}\s*$/s.exec(key);
  return match === null ? undefined : [match[1]!, match[2]!];
}

/** Parameters of a file: what it declares, as it is given or by default. */
function bind(path: string, declared: Value | undefined, given: Mapping): Mapping {
  const found: Record<string, Value> = {};
  for (const declaration of (declared ?? []) as readonly Value[]) {
    const { name, type, default: byDefault, values, displayName: _, ...others } = asMapping(declaration, path);
    const label = `${path}: parameter ${asText(name!)}`;
    refuseOthers(others, label);
    const value = given[asText(name!)] ?? byDefault;
    if (value === undefined) throw new Error(`${label} is not given.`);
    const permitted = (values as readonly string[] | undefined) ?? [shown(value)];
    if (!permitted.includes(shown(value)))
      throw new Error(`${label}: ${shown(value)} is none of ${permitted.join(', ')}.`);
    found[asText(name!)] = typed(label, type === undefined ? 'string' : asText(type), value);
  }
  const unknown = Object.keys(given).find((name) => !(name in found));
  if (unknown !== undefined) throw new Error(`${path} has no parameter ${unknown}.`);
  return found;
}

const shown = (value: Value): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

function typed(label: string, type: string, value: Value): Value {
  if (type === 'boolean') {
    if (!/^(true|false)$/i.test(String(value))) throw new Error(`${label}: ${shown(value)} is no boolean.`);
    return /^true$/i.test(String(value));
  }
  if (type === 'number') return Number(value);
  if (type === 'string') return asText(value);
  if (['object', 'stepList', 'jobList', 'stageList'].includes(type)) return value;
  throw new Error(`${label}: its type ${type} is not known.`);
}

function targetOf(path: string, template: Value): string {
  const target = asText(template).replace(/@self$/, '');
  if (target.includes('@')) throw new Error(`${path}: ${target} is in another repository.`);
  return target.startsWith('/') ? normalize(target.slice(1)) : join(dirname(path), target);
}

function asMapping(value: Value, path: string): Mapping {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${path}: ${JSON.stringify(value)} should be a mapping.`);
  return value as Mapping;
}

function refuseOthers(others: { readonly [key: string]: Value | undefined }, label: string): void {
  const key = Object.keys(others).find((name) => others[name] !== undefined);
  if (key !== undefined) throw new Error(`${label}: ${key} is not known here.`);
}

const absent = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
