import { stringify } from 'yaml';

/** Lines of YAML, which a template puts in at any depth. */
export class Yaml {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** Returns the text of a file that holds these lines. */
  toString(): string {
    return this.lines.map((line) => `${line}\n`).join('');
  }
}

/** A list or a mapping whose values are texts. */
type Collection = readonly string[] | Readonly<Record<string, string>>;

/** A value that a template takes. */
export type Interpolation = string | number | Yaml | readonly Yaml[] | Collection | undefined;

/** A line of a template: its text around the values, and the values; there is one text more than values. */
interface TemplateLine {
  readonly texts: readonly [string, ...string[]];
  readonly values: readonly Interpolation[];
}

/** The beginning of a line: its indentation, dashes and key. */
const lineStart = /^(\s*(?:- )*(?:[\w-]+: )?)(.*)$/s;
const indentationAndDashes = /^\s*(?:- )*$/;

/**
 * Returns the YAML of a template, without the template's own indentation.
 *
 * 1. A line with an `undefined` value is left out.
 * 2. Lines, lists and mappings that stand alone in a line or behind a dash are indented like it; none leave no line.
 * 3. A list of texts behind a key is written in brackets.
 * 4. What stands behind a key or a dash is one scalar: with a text in it, it is quoted where it needs to be.
 * 5. Elsewhere (a comment, a line of a script, a key) a text is put in as it is.
 */
export function yaml(texts: TemplateStringsArray, ...values: readonly Interpolation[]): Yaml {
  const lines = trimmed(splitLines(texts, values));
  const depth = Math.min(...lines.filter((line) => !isBlank(line)).map(({ texts: [first] }) => indentationOf(first)));
  return new Yaml(
    lines.flatMap(({ texts: [first, ...others], values }) =>
      render({ texts: [first.slice(depth), ...others], values }),
    ),
  );
}

/** Joins parts, with an empty line between each two. */
export function paragraphs(parts: readonly Yaml[]): Yaml {
  return new Yaml(parts.flatMap(({ lines }, index) => (index === 0 ? lines : ['', ...lines])));
}

/** Returns a text as a scalar of YAML: in quotes where any version of YAML would read it as something else. */
export function scalar(text: string): string {
  return isOneLine(text) ? stringify(text, style).trimEnd() : JSON.stringify(text);
}

/** Returns a text as an item of a list in brackets, where commas and brackets need quotes, too. */
function flowScalar(text: string): string {
  return isOneLine(text) ? stringify([text], flowStyle).trimEnd().slice(1, -1) : JSON.stringify(text);
}

const style = { lineWidth: 0, singleQuote: true, version: '1.1' } as const;
const flowStyle = { ...style, collectionStyle: 'flow', flowCollectionPadding: false } as const;

/** Reports whether a text fits on one line; others are escaped as in JSON, which is YAML. */
function isOneLine(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029]/u.test(text);
}

function splitLines(texts: readonly string[], values: readonly Interpolation[]): TemplateLine[] {
  const lines: { texts: [string, ...string[]]; values: Interpolation[] }[] = [];
  for (const [index, text] of texts.entries()) {
    const [first = '', ...others] = text.split('\n');
    const last = lines.at(-1);
    if (last) last.texts.push(first);
    else lines.push({ texts: [first], values: [] });
    for (const other of others) lines.push({ texts: [other], values: [] });
    if (index < values.length) lines.at(-1)!.values.push(values[index]);
  }
  return lines;
}

/** Takes the line ends beside the backticks away. */
function trimmed(lines: readonly TemplateLine[]): readonly TemplateLine[] {
  const first = lines.length > 1 && isBlank(lines[0]!) ? 1 : 0;
  const last = lines.length > 1 && isBlank(lines.at(-1)!) ? -1 : undefined;
  return lines.slice(first, last);
}

function isBlank({ texts, values }: TemplateLine): boolean {
  return values.length === 0 && texts[0].trim() === '';
}

function indentationOf(text: string): number {
  return text.length - text.trimStart().length;
}

function render({ texts, values }: TemplateLine): readonly string[] {
  const [start, ...others] = texts;
  if (values.length === 0) return [start.trimEnd()];
  if (values.includes(undefined)) return [];
  const [value] = values;
  if (values.length === 1 && others[0] === '' && typeof value === 'object') return renderAlone(start, value);
  const [, before = '', rest = ''] = lineStart.exec(start)!;
  const text = others.reduce((joined, next, index) => `${joined}${inlineText(values[index])}${next}`, rest);
  const isScalar = before.trim() !== '' && !values.every((each) => typeof each === 'number');
  return isScalar ? [`${before}${scalar(text)}`] : indented(before, text.split('\n'));
}

function renderAlone(start: string, value: Yaml | readonly Yaml[] | Collection): readonly string[] {
  if (indentationAndDashes.test(start)) return indented(start, blockLines(value));
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return [`${start}[${value.map(flowScalar).join(', ')}]`];
  return [`${start}${inlineText(value)}`];
}

function blockLines(value: Yaml | readonly Yaml[] | Collection): readonly string[] {
  if (value instanceof Yaml) return value.lines;
  if (Array.isArray(value))
    return value.flatMap((item: string | Yaml) => (item instanceof Yaml ? item.lines : [`- ${scalar(item)}`]));
  return Object.entries(value).map(([key, text]) => `${key}: ${scalar(text as string)}`);
}

/** @throws {TypeError} for what cannot stand inside a line. */
function inlineText(value: Interpolation): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (value instanceof Yaml && value.lines.length === 1) return value.lines[0]!;
  throw new TypeError(`A line of YAML cannot hold ${JSON.stringify(value)}.`);
}

/** Puts a start before the first line, and as many blanks before the others. */
function indented(start: string, lines: readonly string[]): readonly string[] {
  const blanks = ' '.repeat(start.length);
  return lines.map((line, index) => (line === '' ? '' : `${index === 0 ? start : blanks}${line}`));
}
