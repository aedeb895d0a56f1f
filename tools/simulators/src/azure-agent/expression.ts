/** A value of an expression of Azure Pipelines. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** A function of the expression language. */
export type Operation = (...args: readonly Value[]) => Value;

/** The names that an expression may use. */
export interface Names {
  /** `parameters`, `variables`, `dependencies` …: the objects that properties are read from. */
  readonly objects: Readonly<Record<string, Value>>;
  /** Objects of which a property that is not there is a mistake, and no empty value. */
  readonly strict: readonly string[];
  /** Functions that only this place has: `succeeded()`. */
  readonly operations?: Readonly<Record<string, Operation>>;
}

/** Reports whether a value counts as true. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'object') return value !== null;
  return Boolean(value);
}

/** How a value looks inside a text. */
export function asText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'object') throw new Error(`${JSON.stringify(value)} cannot stand inside a text.`);
  return String(value);
}

/** Evaluates an expression. @throws on everything that this part of the language does not know. */
export function evaluate(text: string, names: Names): Value {
  const tokens = tokensOf(text);
  const reader = new Reader(text, tokens, names);
  return reader.whole();
}

type Token = { readonly kind: 'text' | 'number' | 'name' | 'sign'; readonly text: string };

function tokensOf(text: string): Token[] {
  const pattern = /\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][\w-]*)|([()[\],.]))/y;
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`Cannot read the expression "${text}" at "${text.slice(at)}".`);
    const [, quoted, number, name, sign] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign! });
  }
  return tokens;
}

class Reader {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private readonly names: Names;
  private at = 0;

  constructor(text: string, tokens: readonly Token[], names: Names) {
    this.text = text;
    this.tokens = tokens;
    this.names = names;
  }

  whole(): Value {
    const value = this.value();
    if (this.at < this.tokens.length)
      throw this.mistake(`nothing may follow, but "${this.tokens[this.at]!.text}" does`);
    return value;
  }

  private value(): Value {
    const token = this.tokens[this.at++];
    if (token === undefined) throw this.mistake('it ends too early');
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'sign') throw this.mistake(`"${token.text}" is not expected`);
    if (this.takes('(')) return this.callOf(token.text);
    const word = token.text.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    return this.propertyOf(token.text);
  }

  private callOf(name: string): Value {
    const args: Value[] = [];
    while (!this.takes(')')) {
      if (args.length > 0) this.expects(',');
      args.push(this.value());
    }
    const operation = this.names.operations?.[name] ?? operations[name];
    if (operation === undefined) throw this.mistake(`there is no function ${name}`);
    return operation(...args);
  }

  private propertyOf(root: string): Value {
    let value: Value | undefined = this.names.objects[root];
    if (value === undefined) throw this.mistake(`nothing is named ${root}`);
    const path = [root];
    for (;;) {
      const key = this.nextKey();
      if (key === undefined) return value;
      const found: Value | undefined = memberOf(value, key);
      if (found === undefined && path.length === 1 && this.names.strict.includes(root))
        throw this.mistake(`${root} has no ${key}`);
      path.push(key);
      value = found ?? null;
    }
  }

  private nextKey(): string | undefined {
    if (this.takes('.')) {
      const token = this.tokens[this.at++];
      if (token?.kind !== 'name') throw this.mistake('a name must follow the dot');
      return token.text;
    }
    if (!this.takes('[')) return undefined;
    const key = asText(this.value());
    this.expects(']');
    return key;
  }

  private takes(sign: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.at += 1;
    return true;
  }

  private expects(sign: string): void {
    if (!this.takes(sign)) throw this.mistake(`"${sign}" is missing`);
  }

  private mistake(reason: string): Error {
    return new Error(`The expression "${this.text.trim()}": ${reason}.`);
  }
}

/** Names are looked up whatever their case, as variables are. */
function memberOf(value: Value, key: string): Value | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const members = value as Readonly<Record<string, Value>>;
  const same = Object.keys(members).find((name) => name.toLowerCase() === key.toLowerCase());
  return same === undefined ? undefined : members[same];
}

/** Texts are compared whatever their case; the right one becomes what the left one is. */
function isEqual(left: Value, right: Value): boolean {
  if (typeof left === 'boolean') return left === isTrue(right);
  if (typeof left === 'number') return left === Number(right);
  if (left === null) return right === null || right === '';
  if (typeof left === 'object') return left === right;
  return left.toLowerCase() === asText(right).toLowerCase();
}

const listOf = (value: Value): readonly Value[] => {
  if (Array.isArray(value)) return value as readonly Value[];
  if (value !== null && typeof value === 'object') return Object.values(value as Record<string, Value>);
  return [value];
};
const low = (value: Value) => asText(value).toLowerCase();

const operations: Readonly<Record<string, Operation>> = {
  eq: (a = null, b = null) => isEqual(a, b),
  ne: (a = null, b = null) => !isEqual(a, b),
  and: (...all) => all.every(isTrue),
  or: (...all) => all.some(isTrue),
  not: (a = null) => !isTrue(a),
  in: (a = null, ...all) => all.some((each) => isEqual(a, each)),
  notIn: (a = null, ...all) => !all.some((each) => isEqual(a, each)),
  contains: (a = null, b = null) => low(a).includes(low(b)),
  containsValue: (a = null, b = null) => listOf(a).some((each) => isEqual(each, b)),
  startsWith: (a = null, b = null) => low(a).startsWith(low(b)),
  endsWith: (a = null, b = null) => low(a).endsWith(low(b)),
  coalesce: (...all) => all.find((each) => each !== null && each !== '') ?? null,
  format: (pattern = null, ...all) =>
    asText(pattern).replace(/\{(\d+)\}/g, (_, index: string) => asText(all[Number(index)] ?? null)),
  join: (separator = null, all = null) => listOf(all).map(asText).join(asText(separator)),
  lower: (a = null) => low(a),
  upper: (a = null) => asText(a).toUpperCase(),
  replace: (a = null, b = null, c = null) => asText(a).replaceAll(asText(b), asText(c)),
  length: (a = null) => (typeof a === 'string' ? a.length : listOf(a).length),
};
