import { DOMParser, onErrorStopParsing, ParseError, type Element } from '@xmldom/xmldom';
import { fieldError } from '../management/arm-error.ts';
import { textOf, type Properties } from '../management/management-request.ts';

/** What a policy may refer to. */
export interface PolicyContext {
  readonly hasNamedValue: (displayName: string) => boolean;
  readonly hasFragment: (id: string) => boolean;
  readonly hasBackend: (id: string) => boolean;
}

const sections = ['inbound', 'backend', 'outbound', 'on-error'];
/** The longest policy that an instance takes (of tiers other than Consumption). */
const maximumBytes = 256 * 1024;

/** An expression of a policy, masked: its text is no XML. */
interface Masked {
  readonly text: string;
  readonly expressions: readonly string[];
}

/** Characters for private use, which XML takes and nobody writes. */
const placeholder = /\uE000(\d+)\uE001/g;

/** Replaces `@(…)` and `@{…}`, so that what is left is XML with the same lines. */
export function maskExpressions(text: string): Masked {
  const expressions: string[] = [];
  let masked = '';
  for (let at = 0; at < text.length;) {
    const end = /^@[({]/.test(text.slice(at, at + 2)) ? endOfExpression(text, at + 1) : undefined;
    if (end === undefined) {
      masked += text[at++];
      continue;
    }
    const expression = text.slice(at, end);
    masked += `\uE000${expressions.length}\uE001${'\n'.repeat(expression.split('\n').length - 1)}`;
    expressions.push(expression);
    at = end;
  }
  return { text: masked, expressions };
}

/** Returns where the bracket at a position is closed, after it; undefined when it is not. C#'s texts may hold brackets. */
function endOfExpression(text: string, from: number): number | undefined {
  const closing = { '(': ')', '{': '}' }[text[from]!]!;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const literal = /^"(?:[^"\\\n]|\\.)*"/.exec(text.slice(at));
    if (literal) at += literal[0].length - 1;
    else if (text[at] === text[from]) depth++;
    else if (text[at] === closing && --depth === 0) return at + 1;
  }
  return undefined;
}

/** A policy's elements by section; one that is not there is undefined. */
export class PolicyDocument {
  private readonly root: Element;
  private readonly expressions: readonly string[];

  /** @throws ArmError when the text is no XML. */
  constructor({ text, expressions }: Masked) {
    this.expressions = expressions;
    this.root = parseXml(text);
  }

  get name(): string {
    return this.root.nodeName;
  }

  get children(): Element[] {
    return elementsIn(this.root);
  }

  /** The elements of a section; undefined when the policy does not have it. */
  section(name: string): Element[] | undefined {
    const found = this.children.find(({ nodeName }) => nodeName === name);
    return found && elementsIn(found);
  }

  /** All elements, however deep. */
  get all(): Element[] {
    return [...this.root.getElementsByTagName('*')];
  }

  /** The text with its expressions as they were written. */
  written(text: string | null): string {
    return (text ?? '').replaceAll(placeholder, (_, index: string) => this.expressions[Number(index)] ?? '');
  }
}

function parseXml(text: string): Element {
  try {
    const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml').documentElement;
    if (root) return root;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { lineNumber = 1, columnNumber = 1 } = (error.locator ?? {}) as {
      lineNumber?: number;
      columnNumber?: number;
    };
    throw fieldError('representation', `${error.message.split('\n')[0]} Line ${lineNumber}, position ${columnNumber}.`);
  }
  throw fieldError('representation', 'Root element is missing.');
}

function elementsIn(element: Element): Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeType === 1);
}

/** Returns a policy of a request as a document. @throws ArmError when its format or its XML is wrong. */
export function parsePolicy(properties: Properties): PolicyDocument {
  const value = textOf(properties, 'value') ?? '';
  const format = textOf(properties, 'format') ?? 'xml';
  if (!['xml', 'rawxml'].includes(format))
    throw fieldError('format', `The simulator does not read policies of format ${format}.`);
  if (Buffer.byteLength(value) > maximumBytes)
    throw fieldError('representation', `Policy document is too large: it may have ${maximumBytes / 1024} KiB.`);
  return new PolicyDocument(format === 'rawxml' ? maskExpressions(value) : { text: value, expressions: [] });
}

const escapes = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
] as const;

/**
 * Returns a policy as it is read: with `format=rawxml` its expressions are as C# has them, otherwise they are escaped, so that
 * all of it is XML.
 */
export function inFormat(properties: Properties, format: string | null): Properties {
  const value = textOf(properties, 'value') ?? '';
  const isRaw = properties['format'] === 'rawxml';
  if (isRaw === (format === 'rawxml')) return { ...properties, value };
  const { text, expressions } = maskExpressions(value);
  const written = expressions.map((each) =>
    isRaw
      ? escapes.reduce((all, [sign, escaped]) => all.replaceAll(sign, escaped), each)
      : [...escapes].reverse().reduce((all, [sign, escaped]) => all.replaceAll(escaped, sign), each),
  );
  // The lines of an expression were put behind its place.
  const filled = text.replaceAll(/\uE000(\d+)\uE001\n*/g, (found, index: string) => {
    const own = written[Number(index)] ?? '';
    const kept = found.split('\n').length - own.split('\n').length;
    return own + '\n'.repeat(Math.max(0, kept));
  });
  return { ...properties, format: isRaw ? 'xml' : 'rawxml', value: filled };
}

/** Throws when a policy of a request would be refused. @param root `policies`, or `fragment` for a fragment. */
export function checkPolicy(properties: Properties, root: 'policies' | 'fragment', context: PolicyContext): void {
  const document = parsePolicy(properties);
  const value = textOf(properties, 'value') ?? '';
  const fail = (element: Element, reason: string): never => {
    const position = `on line ${element.lineNumber}, column ${element.columnNumber}`;
    throw fieldError(element.nodeName, `Error in element '${element.nodeName}' ${position}: ${reason}`);
  };
  if (document.name !== root)
    throw fieldError('representation', `The root element must be '${root}', not '${document.name}'.`);
  if (root === 'policies') {
    const seen = new Set<string>();
    for (const section of document.children) {
      if (!sections.includes(section.nodeName) || seen.has(section.nodeName))
        fail(section, 'Section is not allowed here, or occurs more than once.');
      seen.add(section.nodeName);
    }
  }
  for (const [, name = ''] of value.matchAll(/\{\{\s*([^{}\s]+)\s*\}\}/g))
    if (!context.hasNamedValue(name)) throw fieldError('representation', `Cannot find a property '${name}'`);
  for (const element of document.all) {
    const fragment = element.getAttribute('fragment-id');
    if (element.nodeName === 'include-fragment' && fragment !== null && !context.hasFragment(fragment))
      fail(element, `Policy fragment with id '${fragment}' could not be found.`);
    const backend = element.getAttribute('backend-id');
    if (backend !== null && !backend.includes('{{') && !backend.includes('\uE000') && !context.hasBackend(backend))
      fail(element, `Backend with id '${backend}' could not be found.`);
  }
}
