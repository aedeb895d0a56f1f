import { isDeepStrictEqual } from 'node:util';
import { resolved, type ApiDocument } from './api-document.ts';
import { isMap } from '../../manifests/source/object-fields.ts';
import { lowerBounds, mergeAllOf, upperBounds } from './merge-all-of.ts';

/** One thing that changed in an operation. */
export interface ApiReason {
  /** `request body size: no longer "large"`. */
  readonly text: string;
  /** True when a client that worked before may not work any more. */
  readonly isBreaking: boolean;
}

/** The side whose data a schema describes: requests must still be accepted, responses must still be understood. */
export type Direction = 'request' | 'response';

/** A change of the set of values that a schema accepts. `changed`: neither set contains the other. */
type Shift = 'narrowed' | 'widened' | 'changed';
type Tell = (shift: Shift, what: string) => void;
type Schema = Readonly<Record<string, unknown>>;

/** Where in an operation: `response 200`, and the property in it: `parts[].item`. */
interface Place {
  readonly of: string;
  readonly path: string;
  readonly direction: Direction;
  readonly depth: number;
}

const deepest = 40;
/** Pairs of schemas that are compared in one operation at most. */
const mostCompared = 20_000;
/** Compared as a whole, and not judged: to be safe, any change of it is called breaking. */
const unjudged = ['not', 'if', 'then', 'else', 'prefixItems', 'patternProperties', 'dependentRequired', 'multipleOf'];

/** Compares the schemas of one operation. A pair of schemas is told of once in each direction: a schema may hold itself. */
export class SchemaComparison {
  private readonly before: FlatSchemas;
  private readonly after: FlatSchemas;
  private readonly tellReason: (reason: ApiReason) => void;
  private readonly compared = {
    request: new WeakMap<object, Set<unknown>>(),
    response: new WeakMap<object, Set<unknown>>(),
  };
  private count = 0;

  /** @param tell called with each thing that changed. */
  constructor(before: ApiDocument, after: ApiDocument, tell: (reason: ApiReason) => void) {
    this.before = new FlatSchemas(before);
    this.after = new FlatSchemas(after);
    this.tellReason = tell;
  }

  /** @param of what has the schemas: `request body`, `response 200`. */
  compare(before: unknown, after: unknown, of: string, direction: Direction): void {
    this.visit(before, after, { of, path: '', direction, depth: 0 });
  }

  private visit(before: unknown, after: unknown, at: Place): void {
    const [was, is] = [this.before.of(before), this.after.of(after)];
    if (!this.begins(was, is, at)) return;
    const tell: Tell = (shift, what) => this.tell(at, shift, what);
    compareTypes(was, is, tell);
    compareEnums(was, is, tell);
    compareBounds(was, is, tell);
    compareFormats(was, is, tell);
    compareOthers(was, is, tell);
    if (!isDeepStrictEqual(was['default'], is['default']))
      this.say(at, `default ${shown(was['default'])} → ${shown(is['default'])}`, false);
    this.compareProperties(was, is, at);
    this.compareAdditional(was, is, at);
    if (was['items'] !== undefined || is['items'] !== undefined)
      this.visit(was['items'], is['items'], inside(at, `${at.path}[]`));
    for (const key of ['oneOf', 'anyOf']) this.compareAlternatives(listOf(was[key]), listOf(is[key]), at);
  }

  /** Reports whether a pair is new. What is nested too deep to be met with in real data counts as seen. */
  private begins(was: Schema, is: Schema, { depth, direction }: Place): boolean {
    const known = this.compared[direction].get(was) ?? new Set();
    if (known.has(is) || depth > deepest || this.count >= mostCompared) return false;
    this.compared[direction].set(was, known.add(is));
    this.count++;
    return true;
  }

  private compareProperties(was: Schema, is: Schema, at: Place): void {
    const [had, has] = [propertiesOf(was, at.direction), propertiesOf(is, at.direction)];
    const [needed, needs] = [listOf(was['required']), listOf(is['required'])];
    for (const name of new Set([...had.keys(), ...has.keys()])) {
      const place = inside(at, at.path === '' ? name : `${at.path}.${name}`);
      const [before, after] = [had.get(name), has.get(name)];
      const [neededIt, needsIt] = [needed.includes(name), needs.includes(name)];
      if (after === undefined) this.tellRemoved(place, neededIt);
      else if (before === undefined)
        this.say(place, `new, ${needsIt ? 'required' : 'optional'}`, needsIt && at.direction === 'request');
      else {
        if (neededIt && !needsIt) this.tell(place, 'widened', 'no longer required');
        if (!neededIt && needsIt) this.tell(place, 'narrowed', 'required now');
        this.visit(before, after, place);
      }
    }
  }

  /** Adds removed properties: a sender's is ignored; a reader of an optional one had to do without it. */
  private tellRemoved(place: Place, wasRequired: boolean): void {
    this.say(place, 'removed', place.direction === 'request' || wasRequired);
  }

  /** Properties that are not named. A client must bear with those that it does not know. */
  private compareAdditional(was: Schema, is: Schema, at: Place): void {
    const [before, after] = [was['additionalProperties'] ?? true, is['additionalProperties'] ?? true];
    if (isMap(before) && isMap(after)) return this.visit(before, after, inside(at, `${at.path}{}`));
    if (before !== false && after === false) this.tell(at, 'narrowed', 'no other properties any more');
    else if (before === false && after !== false) this.say(at, 'other properties as well', false);
    else if (!isDeepStrictEqual(before, after))
      this.tell(at, isMap(after) ? 'narrowed' : 'widened', 'other properties changed');
  }

  private compareAlternatives(before: readonly unknown[], after: readonly unknown[], at: Place): void {
    if (before.length === 0 && after.length === 0) return;
    if (before.length === 0) return this.tell(at, 'narrowed', 'alternatives added where there were none');
    if (after.length === 0) return this.tell(at, 'widened', 'alternatives removed');
    const left = [...after];
    const unmatched = before.filter((each) => {
      const twin = left.findIndex((other) => nameOf(each) === nameOf(other) || isDeepStrictEqual(each, other));
      if (twin === -1) return true;
      this.visit(each, left[twin], at);
      left.splice(twin, 1);
      return false;
    });
    // One that stands for another in the same place is that one, changed.
    if (unmatched.length === 1 && left.length === 1) return this.visit(unmatched[0], left[0], at);
    for (const each of unmatched) this.tell(at, 'narrowed', `no longer ${alternativeName(each)}`);
    for (const each of left) this.tell(at, 'widened', `${alternativeName(each)} as well`);
  }

  private tell(at: Place, shift: Shift, what: string): void {
    this.say(at, what, shift === 'changed' || shift === (at.direction === 'request' ? 'narrowed' : 'widened'));
  }

  private say({ of, path }: Place, what: string, isBreaking: boolean): void {
    this.tellReason({ text: `${path === '' ? of : `${of} ${path}`}: ${what}`, isBreaking });
  }
}

/** Schemas of a document with their references followed and `allOf` put together, each one object for ever. */
class FlatSchemas {
  private readonly document: ApiDocument;
  private readonly known = new WeakMap<object, Schema>();

  constructor(document: ApiDocument) {
    this.document = document;
  }

  of(schema: unknown): Schema {
    if (schema === false) return nothing;
    const found = resolved(this.document, schema);
    // A reference with something beside it makes a new object each time.
    const key = isMap(schema) && schema['$ref'] !== undefined && Object.keys(schema).length > 1 ? schema : found;
    const known = this.known.get(key);
    if (known) return known;
    // One that holds itself by `allOf` adds nothing to itself.
    this.known.set(key, found);
    const all = found['allOf'];
    const flat = Array.isArray(all)
      ? mergeAllOf(
          found,
          all.map((part) => this.of(part)),
        )
      : found;
    this.known.set(key, flat);
    return flat;
  }
}

/** The schema `false`, which takes in nothing. */
const nothing: Schema = { type: [] };

function compareTypes(was: Schema, is: Schema, tell: Tell): void {
  const [before, after] = [typesOf(was), typesOf(is)];
  if (before === after || (before && after && before.join() === after.join())) return;
  const covers = (outer: readonly string[] | undefined, inner: readonly string[] | undefined) =>
    outer === undefined ||
    inner?.every((type) => outer.includes(type) || (type === 'integer' && outer.includes('number'))) === true;
  const shift = covers(after, before) ? 'widened' : covers(before, after) ? 'narrowed' : 'changed';
  const text = (types: readonly string[] | undefined) => types?.join(' or ') ?? 'any type';
  tell(shift, `${text(before)} → ${text(after)}`);
}

/** In alphabetical order, with the `nullable` of 3.0; undefined where any is taken. */
function typesOf({ type, nullable }: Schema): readonly string[] | undefined {
  if (type === undefined) return undefined;
  const types = [type].flat().filter((each) => typeof each === 'string');
  return [...new Set([...types, ...(nullable === true ? ['null'] : [])])].sort();
}

function compareEnums(was: Schema, is: Schema, tell: Tell): void {
  const [before, after] = [valuesOf(was), valuesOf(is)];
  if (!before && !after) return;
  if (!before) return tell('narrowed', `only ${shownList(after ?? [])}`);
  if (!after) return tell('widened', `no longer only ${shownList(before)}`);
  const has = (values: readonly unknown[], value: unknown) => values.some((each) => isDeepStrictEqual(each, value));
  const removed = before.filter((value) => !has(after, value));
  const added = after.filter((value) => !has(before, value));
  if (removed.length > 0) tell('narrowed', `no longer ${shownList(removed)}`);
  if (added.length > 0) tell('widened', `${shownList(added)} as well`);
}

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}

function compareBounds(was: Schema, is: Schema, tell: Tell): void {
  for (const key of [...lowerBounds, ...upperBounds]) {
    const none = lowerBounds.includes(key) ? (/^min[LIP]/.test(key) ? 0 : -Infinity) : Infinity;
    const [before, after] = [was[key], is[key]].map((bound) => (typeof bound === 'number' ? bound : none));
    if (before === after || before === undefined || after === undefined) continue;
    const isNarrower = lowerBounds.includes(key) ? after > before : after < before;
    const text = (bound: number) => (Number.isFinite(bound) ? String(bound) : 'none');
    tell(isNarrower ? 'narrowed' : 'widened', `${key} ${text(before)} → ${text(after)}`);
  }
}

const widerFormats = ['int32 → int64', 'float → double'];

function compareFormats(was: Schema, is: Schema, tell: Tell): void {
  for (const key of ['format', 'pattern']) {
    const [before, after] = [was[key], is[key]];
    if (before === after) continue;
    const change = `${before} → ${after}`;
    if (before === undefined) tell('narrowed', `${key} ${shown(after)} now`);
    else if (after === undefined) tell('widened', `no longer of ${key} ${shown(before)}`);
    else tell(widerFormats.includes(change) ? 'widened' : 'changed', `${key} ${shown(before)} → ${shown(after)}`);
  }
}

function compareOthers(was: Schema, is: Schema, tell: Tell): void {
  const [wasUnique, isUnique] = [was['uniqueItems'] === true, is['uniqueItems'] === true];
  if (wasUnique !== isUnique) tell(isUnique ? 'narrowed' : 'widened', `items ${isUnique ? '' : 'not '}unique now`);
  for (const key of unjudged) if (!isDeepStrictEqual(was[key], is[key])) tell('changed', `"${key}" changed`);
  // Only one that leads out of the file is still there.
  if (was['$ref'] !== is['$ref']) tell('changed', 'refers to another file');
}

/** Properties of data that goes in this direction. */
function propertiesOf({ properties }: Schema, direction: Direction): Map<string, unknown> {
  const other = direction === 'request' ? 'readOnly' : 'writeOnly';
  const entries = isMap(properties) ? Object.entries(properties) : [];
  return new Map(entries.filter(([, schema]) => !(isMap(schema) && schema[other] === true)));
}

function inside(at: Place, path: string): Place {
  return { ...at, path, depth: at.depth + 1 };
}

function nameOf(schema: unknown): string | object {
  const name = isMap(schema) ? (schema['$ref'] ?? schema['title']) : undefined;
  return typeof name === 'string' ? name : (schema as object);
}

function alternativeName(schema: unknown): string {
  const name = nameOf(schema);
  return typeof name === 'string' ? shown(name.slice(name.lastIndexOf('/') + 1)) : 'one of its alternatives';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function shownList(values: readonly unknown[]): string {
  const more = values.length > 5 ? ` and ${values.length - 5} more` : '';
  return `${values.slice(0, 5).map(shown).join(', ')}${more}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
