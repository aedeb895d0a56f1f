/**
 * Ranges of versions of Python, as `requires-python` says them (PEP 440), and Poetry's `^` and `~`. The package of the field
 * for PEP 440 on npm needs a newer Node.js than this workspace; of it, only comparisons of final releases are needed here.
 */

/** A set of versions. */
export interface SpecifierSet {
  /** The lowest version that is named as a lower bound, as it is written; undefined where none is. */
  readonly lowest: string | undefined;
  accepts(version: string): boolean;
}

type Version = readonly [major: number, minor: number, patch: number, stage: number];

/** Release candidates and their like come before the release. */
const finalStage = Infinity;

/** @returns undefined for what is no set of versions. */
export function specifierSet(text: string): SpecifierSet | undefined {
  const alternatives = text.split('||').map((each) => allOf(each));
  if (alternatives.some((each) => each === undefined)) return undefined;
  const [first] = alternatives;
  return { lowest: first!.lowest, accepts: (version) => alternatives.some((each) => each!.accepts(version)) };
}

/** Parts that must all hold, parted by commas, or by spaces as Poetry has it. */
function allOf(text: string): SpecifierSet | undefined {
  const parts = text
    .replace(/([<>=!~^])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((part) => part !== '');
  const specifiers = parts.map(specifier);
  if (parts.length === 0 || specifiers.some((each) => each === undefined)) return undefined;
  const bounds = specifiers.flatMap((each) => each!.lowest ?? []);
  const [lowest] = bounds.sort((a, b) => compare(parse(b)!, parse(a)!));
  return {
    lowest,
    accepts: (version) => {
      const parsed = parse(version);
      return parsed !== undefined && specifiers.every((each) => each!.accepts(parsed));
    },
  };
}

interface Specifier {
  readonly lowest: string | undefined;
  accepts(version: Version): boolean;
}

function specifier(text: string): Specifier | undefined {
  if (text === '*') return { lowest: undefined, accepts: () => true };
  const [, operator = '==', written = '', wildcard] =
    /^(===?|~=|!=|<=|>=|<|>|\^|~)?v?([\w.]+?)(\.\*)?$/.exec(text) ?? [];
  const bound = parse(written);
  if (!bound || (wildcard !== undefined && !/^(===?|!=)$/.test(operator))) return undefined;
  const parts = written.split('.').length;
  const isIn = (version: Version, count: number) => bound.slice(0, count).every((part, at) => part === version[at]);
  const isAtLeast = (version: Version) => compare(version, bound) >= 0;
  const from = (accepts: Specifier['accepts']): Specifier => ({ lowest: written, accepts });
  const without = (accepts: Specifier['accepts']): Specifier => ({ lowest: undefined, accepts });
  switch (operator) {
    case '>=':
      return from(isAtLeast);
    case '>':
      return from((version) => compare(version, bound) > 0);
    case '<':
      return without((version) => compare(version, bound) < 0);
    case '<=':
      return without((version) => compare(version, bound) <= 0);
    case '!=':
      return without((version) => (wildcard === undefined ? compare(version, bound) !== 0 : !isIn(version, parts)));
    case '~=':
      return parts < 2 ? undefined : from((version) => isAtLeast(version) && isIn(version, parts - 1));
    case '^':
      return from((version) => isAtLeast(version) && isIn(version, 1));
    case '~':
      return from((version) => isAtLeast(version) && isIn(version, Math.min(parts, 2)));
    default:
      return from((version) => (wildcard === undefined ? compare(version, bound) === 0 : isIn(version, parts)));
  }
}

function parse(text: string): Version | undefined {
  const [, major, minor = '0', patch = '0', kind, number = '0'] =
    /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(a|b|rc)(\d+))?(?:\+.*)?$/.exec(text) ?? [];
  if (major === undefined) return undefined;
  const stage = kind === undefined ? finalStage : ['a', 'b', 'rc'].indexOf(kind) * 1000 + Number(number);
  return [Number(major), Number(minor), Number(patch), stage];
}

function compare(a: Version, b: Version): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
