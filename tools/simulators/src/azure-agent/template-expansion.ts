import { dirname, join, normalize } from 'node:path';
import { parseDocument } from 'yaml';
import { asText, evaluate, isTrue, type Value } from './expression.ts';

/** Returns the text of a file of the repository. @throws when there is none. */
export type ReadFile = (path: string) => string;

type Mapping = { readonly [key: string]: Value };

/** The file, parameters and variables that an expression is evaluated with. */
interface TemplateContext {
  /** Of the file that is expanded. */
  readonly path: string;
  readonly parameters: Mapping;
  /** Variables whose values are known before anything runs. */
  readonly variables: Mapping;
  /** The current items of `each`, by name. */
  readonly loops: Mapping;
}

/** A chain of if, elseif and else. */
interface Conditional {
  /** Reports whether one of its branches was taken; undefined outside of a chain. */
  taken: boolean | undefined;
}

/** An entry that the directives around it include. */
interface IncludedEntry {
  /** Undefined for the entries below a directive. */
  readonly key?: string;
  readonly value: Value;
  readonly inner: TemplateContext;
}

/** The lists that templates may have parts of. */
const templateLists = ['stages', 'jobs', 'steps', 'variables'] as const;
/** The keys that an extended template has instead of the file that extends it. */
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
    const context: TemplateContext = { path, parameters: bindParameters(path, declared, given), variables, loops: {} };
    const own = this.mapping(rest, context);
    if (extended === undefined) return own;
    const body = bodies.find((name) => name in own);
    if (body !== undefined) throw new Error(`${path}: what is extended brings the ${body}, not this file.`);
    const known = { ...variables, ...(own['variables'] as Mapping | undefined) };
    const {
      template,
      parameters = {},
      ...others
    } = this.mapping(asMapping(extended, path), {
      ...context,
      variables: known,
    });
    rejectUnknownKeys(others, `${path}: extends`);
    const from = this.file(resolveTemplate(path, template!), asMapping(parameters, path), known);
    rejectUnknownKeys({ ...from, variables: undefined, ...absent(bodies) }, `${path}: what it extends`);
    const all = { ...(own['variables'] as Mapping | undefined), ...(from['variables'] as Mapping | undefined) };
    return { ...own, ...from, variables: all };
  }

  private parse(path: string): Mapping {
    const document = parseDocument(this.read(path), { schema: 'failsafe' });
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${path}: ${error.message}`);
    return asMapping(document.toJS() as Value, path);
  }

  private node(value: Value, context: TemplateContext, key: string): Value {
    if (typeof value === 'string') return this.text(value, context);
    if (Array.isArray(value)) return this.list(value as readonly Value[], context, key);
    return this.mapping(value as Mapping, context);
  }

  private text(text: string, context: TemplateContext): Value {
    const whole = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text);
    if (whole !== null) return this.evaluate(whole[1]!, context);
    return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => asText(this.evaluate(expression, context)));
  }

  private evaluate(expression: string, { path, parameters, variables, loops }: TemplateContext): Value {
    try {
      return evaluate(expression, { objects: { parameters, variables, ...loops }, strict: ['parameters'] });
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  private mapping(mapping: Mapping, outer: TemplateContext): Mapping {
    const found: Record<string, Value> = {};
    const add = (more: Mapping) => {
      for (const [key, value] of Object.entries(more)) {
        if (key in found) throw new Error(`${outer.path}: ${key} is defined twice.`);
        found[key] = value;
      }
    };
    // Variables of a stage or job are known to all that stands in it.
    let context = outer;
    if ('variables' in mapping) {
      const own = this.variables(mapping['variables']!, outer);
      add({ variables: own });
      context = { ...outer, variables: { ...outer.variables, ...own } };
    }
    const entries = Object.entries(mapping).filter(([key]) => key !== 'variables');
    for (const { key, value, inner } of this.includedEntries(entries, context, { taken: undefined })) {
      if (key === undefined) add(this.mapping(asMapping(value, context.path), inner));
      else add({ [asText(this.text(key, inner))]: this.node(value, inner, key) });
    }
    return found;
  }

  private list(items: readonly Value[], context: TemplateContext, key: string): Value[] {
    // A chain of if and else spans several items of a list.
    const conditional: Conditional = { taken: undefined };
    return items.flatMap((item) => this.item(item, context, key, conditional));
  }

  private item(item: Value, context: TemplateContext, key: string, conditional: Conditional): readonly Value[] {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return [this.node(item, context, key)];
    const mapping = item as Mapping;
    const [only, ...others] = Object.entries(mapping);
    if (only === undefined || directiveOf(only[0]) === undefined) {
      conditional.taken = undefined;
      return 'template' in mapping ? this.template(mapping, context, key) : [this.mapping(mapping, context)];
    }
    if (others.length > 0) throw new Error(`${context.path}: nothing may stand beside "- ${only[0]}".`);
    return this.includedEntries([only], context, conditional).flatMap(({ value, inner }) =>
      Array.isArray(value)
        ? this.list(value as readonly Value[], inner, key)
        : [this.mapping(asMapping(value, context.path), inner)],
    );
  }

  private template(mapping: Mapping, context: TemplateContext, key: string): readonly Value[] {
    if (!(templateLists as readonly string[]).includes(key))
      throw new Error(`${context.path}: no template can stand in ${key}.`);
    const { template, parameters = {}, ...others } = this.mapping(mapping, context);
    rejectUnknownKeys(others, `${context.path}: template ${asText(template!)}`);
    const path = resolveTemplate(context.path, template!);
    const { [key]: part, ...rest } = this.file(path, asMapping(parameters, context.path), context.variables);
    rejectUnknownKeys(rest, `${path}, as part of ${key}`);
    if (part === undefined) throw new Error(`${path} has no ${key}.`);
    return Array.isArray(part) ? (part as readonly Value[]) : [part];
  }

  /** Returns variables in either form as a mapping. */
  private variables(value: Value, context: TemplateContext): Mapping {
    if (!Array.isArray(value)) return this.mapping(asMapping(value, context.path), context);
    let known = context;
    const conditional: Conditional = { taken: undefined };
    const found: Record<string, Value> = {};
    for (const item of value as readonly Value[]) {
      for (const entry of this.item(item, known, 'variables', conditional)) {
        const { name, value: content, ...others } = entry as Mapping;
        // A template brings a mapping, a list names each.
        const more = name === undefined ? (entry as Mapping) : { [asText(name)]: content ?? '' };
        if (name !== undefined) rejectUnknownKeys(others, `${context.path}: variable ${asText(name)}`);
        Object.assign(found, more);
        known = { ...known, variables: { ...known.variables, ...more } };
      }
    }
    return found;
  }

  /** Returns the entries that are included: ordinary ones, and the content of directives that hold. */
  private includedEntries(
    entries: readonly (readonly [string, Value])[],
    context: TemplateContext,
    conditional: Conditional,
  ): IncludedEntry[] {
    return entries.flatMap(([key, value]): IncludedEntry[] => {
      const directive = directiveOf(key);
      if (directive === undefined) {
        conditional.taken = undefined;
        return [{ key, value, inner: context }];
      }
      const [word, rest] = directive;
      if (word === 'insert') return [{ value: this.node(value, context, ''), inner: context }];
      if (word === 'each') return this.iterations(rest, context).map((inner) => ({ value, inner }));
      if (word !== 'if' && conditional.taken === undefined) throw new Error(`${context.path}: "${key}" follows no if.`);
      const before = word !== 'if' && conditional.taken === true;
      const holds = !before && (word === 'else' || isTrue(this.evaluate(rest, context)));
      conditional.taken = before || holds;
      return holds ? [{ value, inner: context }] : [];
    });
  }

  private iterations(rest: string, context: TemplateContext): TemplateContext[] {
    const match = /^(\w+)\s+in\s+(.+)$/s.exec(rest);
    if (match === null) throw new Error(`${context.path}: cannot read "each ${rest}".`);
    const [, name, expression] = match;
    const collection = this.evaluate(expression!, context);
    const items: readonly Value[] = Array.isArray(collection)
      ? (collection as readonly Value[])
      : Object.entries(asMapping(collection, context.path)).map(([key, value]) => ({ key, value }));
    return items.map((item) => ({ ...context, loops: { ...context.loops, [name!]: item } }));
  }
}

function directiveOf(key: string): readonly [string, string] | undefined {
  const match = /^\s*\$\{\{\s*(if|elseif|else|each|insert)\b\s*(.*?)\s*\}\}\s*$/s.exec(key);
  return match === null ? undefined : [match[1]!, match[2]!];
}

/** Returns the parameters that a file declares, as they are given or by default. */
function bindParameters(path: string, declared: Value | undefined, given: Mapping): Mapping {
  const found: Record<string, Value> = {};
  for (const declaration of (declared ?? []) as readonly Value[]) {
    const { name, type, default: byDefault, values, displayName: _, ...others } = asMapping(declaration, path);
    const label = `${path}: parameter ${asText(name!)}`;
    rejectUnknownKeys(others, label);
    const value = given[asText(name!)] ?? byDefault;
    if (value === undefined) throw new Error(`${label} is not given.`);
    const permitted = (values as readonly string[] | undefined) ?? [shown(value)];
    if (!permitted.includes(shown(value)))
      throw new Error(`${label}: ${shown(value)} is none of ${permitted.join(', ')}.`);
    found[asText(name!)] = convertParameter(label, type === undefined ? 'string' : asText(type), value);
  }
  const unknown = Object.keys(given).find((name) => !(name in found));
  if (unknown !== undefined) throw new Error(`${path} has no parameter ${unknown}.`);
  return found;
}

const shown = (value: Value): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

function convertParameter(label: string, type: string, value: Value): Value {
  if (type === 'boolean') {
    if (!/^(true|false)$/i.test(String(value))) throw new Error(`${label}: ${shown(value)} is no boolean.`);
    return /^true$/i.test(String(value));
  }
  if (type === 'number') return Number(value);
  if (type === 'string') return asText(value);
  if (['object', 'stepList', 'jobList', 'stageList'].includes(type)) return value;
  throw new Error(`${label}: its type ${type} is not known.`);
}

function resolveTemplate(path: string, template: Value): string {
  const target = asText(template).replace(/@self$/, '');
  if (target.includes('@')) throw new Error(`${path}: ${target} is in another repository.`);
  return target.startsWith('/') ? normalize(target.slice(1)) : join(dirname(path), target);
}

function asMapping(value: Value, path: string): Mapping {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${path}: ${JSON.stringify(value)} should be a mapping.`);
  return value as Mapping;
}

function rejectUnknownKeys(others: { readonly [key: string]: Value | undefined }, label: string): void {
  const key = Object.keys(others).find((name) => others[name] !== undefined);
  if (key !== undefined) throw new Error(`${label}: ${key} is not known here.`);
}

const absent = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
