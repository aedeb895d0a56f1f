import { escapeControlCharacters } from '../../text/escape-control-characters.ts';
import { isOfImport } from '../description/description-rules.ts';
import { Lines, placeId, type Place, type Position, type Problem } from '../description/place.ts';
import type { FileTexts } from '../description/reference-targets.ts';

/** How bad a finding is. */
export type LintSeverity = 'error' | 'warning';

/** A breach of a rule, by the keys that lead to it. */
export interface Breach {
  readonly at: Place;
  readonly severity: LintSeverity;
  /** `api-management/operation-id`, `no-unused-components`. */
  readonly rule: string;
  readonly text: string;
  /** Where the keys do not lead there. From 1. */
  readonly line?: number;
}

/** A breach with its line and column. */
export interface LintFinding extends Position, Pick<Breach, 'severity' | 'rule' | 'text'> {
  /** Relative to the workspace's root. */
  readonly file: string;
}

/** Rules of the linter that say what a rule of the import says, too: at one place one of the two is enough. */
const twins: ReadonlySet<string> = new Set([
  'struct',
  'no-unresolved-refs',
  'no-identical-paths',
  'operation-operationId',
  'operation-operationId-unique',
  'operation-operationId-url-safe',
  'path-parameters-defined',
  'path-declaration-must-exist',
]);

/**
 * Returns what the import has against a description as breaches.
 * @param isPublished whether any environment publishes by API Management: elsewhere its own rules are advice.
 */
export function breachesOf(problems: readonly Problem[], isPublished: boolean): Breach[] {
  return problems.map(({ rule, ...problem }) => ({
    ...problem,
    severity: isPublished || !isOfImport(rule) ? 'error' : 'warning',
    rule: isOfImport(rule) ? `api-management/${rule}` : rule,
  }));
}

/** Returns the import's breaches and the linter's, where both say the same of one place only the one that is worse. */
export function mergedBreaches(ours: readonly Breach[], linters: readonly Breach[]): Breach[] {
  const known = new Map(ours.map((breach) => [placeId(breach.at), breach]));
  const twinOf = (breach: Breach) => (twins.has(breach.rule) ? nearest(known, breach.at) : undefined);
  const replaced = new Set<Breach>();
  const kept = linters.filter((breach) => {
    const twin = twinOf(breach);
    if (!twin) return true;
    if (twin.severity === 'error' || breach.severity === 'warning') return false;
    replaced.add(twin);
    return true;
  });
  return [...ours.filter((breach) => !replaced.has(breach)), ...kept];
}

/** The linter's places are those of a field, ours those of the object that has it. */
function nearest(known: ReadonlyMap<string, Breach>, { file, keys }: Place): Breach | undefined {
  return known.get(placeId({ file, keys })) ?? known.get(placeId({ file, keys: keys.slice(0, -1) }));
}

/** Returns breaches with their places in the texts, in the order of these. */
export function locatedFindings(breaches: readonly Breach[], texts: FileTexts): LintFinding[] {
  const files = new Map<string, Lines>();
  const positionOf = ({ at: { file, keys }, line }: Breach): Position => {
    if (line !== undefined || keys.length === 0) return { line: line ?? 1, column: 1 };
    const lines = files.get(file) ?? new Lines(texts.get(file) ?? '');
    files.set(file, lines);
    return lines.at(keys);
  };
  const findings = breaches.map((breach): LintFinding => {
    const { at, severity, rule, text } = breach;
    return { file: at.file, ...positionOf(breach), severity, rule, text };
  });
  const unique = new Map(findings.map((finding) => [findingLine(finding), finding]));
  return [...unique.values()].sort(
    (a, b) => (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) || a.line - b.line || a.column - b.column,
  );
}

/** Returns a finding as compilers and linters print it: `apps/orders/openapi.yaml:12:5 error no-identical-paths …`. */
export function findingLine({ file, line, column, severity, rule, text }: LintFinding): string {
  return escapeControlCharacters(`${file}:${line}:${column} ${severity} ${rule} ${text}`);
}

/** Returns how many findings there are, as words: `2 errors, 1 warning`. */
export function countOf(findings: readonly Pick<LintFinding, 'severity'>[]): string {
  const words = (['error', 'warning'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  return words.join(', ') || 'no problems';
}
