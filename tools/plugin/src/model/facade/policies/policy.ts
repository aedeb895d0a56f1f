import type * as xmldom from '@xmldom/xmldom';
import { firstSentence } from '../../text/sentence.ts';
import { maskExpressions } from './mask-expressions.ts';

/** XML's parser, which is loaded where there is a policy. */
export type XmlParser = Pick<typeof xmldom, 'DOMParser' | 'ParseError'>;

/** KiB that a policy may have; 16 in the tier Consumption, which Azure says itself. */
const mostKiB = 256;
const sections = ['inbound', 'backend', 'outbound', 'on-error'];

/** A policy of an API or of one of its operations. */
export interface Policy {
  /** As it is sent (`rawxml`). */
  readonly text: string;
  /** Values of the instance that it needs (`{{name}}`), by name. */
  readonly namedValues: readonly string[];
  /** Fragments of the instance that it includes, by id. */
  readonly fragments: readonly string[];
}

/** Something that is wrong with a policy. */
export interface PolicyProblem {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Reads a policy, as far as this can be told without an instance: what the policies in it mean, Azure alone knows. */
export function readPolicy(text: string, xml: XmlParser): Policy | PolicyProblem {
  return read(text, xml, breachesOf);
}

/** Reads a fragment, a part of policies that several include, likewise. */
export function readFragment(text: string, xml: XmlParser): Policy | PolicyProblem {
  return read(text, xml, breachesOfFragment);
}

type Breaches = (root: xmldom.Element) => PolicyProblem[];

function read(text: string, xml: XmlParser, breaches: Breaches): Policy | PolicyProblem {
  const own = text.replace(/^\uFEFF/, '');
  const bytes = Buffer.byteLength(own);
  if (bytes > mostKiB * 1024) return { line: 1, text: `It has ${bytes} bytes; ${mostKiB} KiB are taken.` };
  const masked = maskExpressions(own);
  if ('endlessAt' in masked) {
    const line = own.slice(0, masked.endlessAt).split('\n').length;
    return { line, text: 'The expression that begins here (@) does not end.' };
  }
  // Entities of its own would be read by nobody else in the same way.
  if (/<!DOCTYPE/i.test(masked.text)) return { line: 1, text: 'It has a DOCTYPE, which policies do not have.' };
  const root = rootOf(masked.text, xml);
  if ('text' in root) return root;
  const [problem] = breaches(root);
  if (problem) return problem;
  const included = [...root.getElementsByTagName('include-fragment')];
  return {
    text: own,
    namedValues: distinct([...own.matchAll(/\{\{\s*([A-Za-z0-9._-]+)\s*\}\}/g)].map(([, name = '']) => name)),
    fragments: distinct(included.map((element) => element.getAttribute('fragment-id') ?? '')),
  };
}

function rootOf(text: string, xml: XmlParser): xmldom.Element | PolicyProblem {
  let first: PolicyProblem | undefined;
  const parser = new xml.DOMParser({
    onError: (_, message, { locator }: { readonly locator?: { readonly lineNumber?: number } }) => {
      first ??= { line: locator?.lineNumber || 1, text: `This is not XML: ${firstSentence(message)}` };
    },
  });
  try {
    const root = parser.parseFromString(text, 'text/xml').documentElement;
    return first ?? root ?? { line: 1, text: 'It is empty.' };
  } catch (error) {
    if (error instanceof RangeError) return { line: 1, text: 'It is nested too deeply.' };
    if (!(error instanceof xml.ParseError)) throw error;
    return first ?? { line: 1, text: `This is not XML: ${firstSentence(error.message)}` };
  }
}

function breachesOf(root: xmldom.Element): PolicyProblem[] {
  const line = (element: xmldom.Element) => element.lineNumber ?? 1;
  if (root.nodeName !== 'policies')
    return [{ line: line(root), text: `It is a <${root.nodeName}>; a policy is a <policies>.` }];
  const seen = new Set<string>();
  const children = [...root.childNodes].filter((node) => node.nodeType === 1) as xmldom.Element[];
  const misplaced = children.flatMap((element): PolicyProblem[] => {
    const { nodeName: name } = element;
    const isSecond = seen.size === seen.add(name).size;
    if (isSecond) return [{ line: line(element), text: `There is a second <${name}>.` }];
    if (sections.includes(name)) return [];
    return [{ line: line(element), text: `There is no <${name}> in <policies>, only ${sections.join(', ')}.` }];
  });
  const nameless = [...root.getElementsByTagName('include-fragment')].filter(
    (element) => !element.getAttribute('fragment-id'),
  );
  const text = 'This <include-fragment> has no fragment-id.';
  return [...misplaced, ...nameless.map((element) => ({ line: line(element), text }))];
}

/** A fragment stands in the middle of a section; another fragment in it is not read by API Management. */
function breachesOfFragment(root: xmldom.Element): PolicyProblem[] {
  if (root.nodeName !== 'fragment')
    return [{ line: root.lineNumber ?? 1, text: `It is a <${root.nodeName}>; a fragment is a <fragment>.` }];
  const refused = [...sections, 'base', 'include-fragment'];
  return [...root.getElementsByTagName('*')]
    .filter(({ nodeName }) => refused.includes(nodeName))
    .map(({ nodeName, lineNumber }) => ({
      line: lineNumber ?? 1,
      text: `There is a <${nodeName}>, which a fragment cannot have.`,
    }));
}

const distinct = (names: readonly string[]) => [...new Set(names)].sort();
