import { posix } from 'node:path';
import { parseYaml } from '../../model/changes/api/api-document.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { conversionOf, inspectApiDescription } from '../../model/facade/description/api-description.ts';
import type { Problem } from '../../model/facade/description/place.ts';
import {
  breachesOf,
  countOf,
  findingLine,
  locatedFindings,
  mergedBreaches,
  type Breach,
  type LintFinding,
} from '../../model/facade/lint/lint-finding.ts';
import { lintRulesFile, readLintRules, usualRules, type ReadRules } from '../../model/facade/lint/lint-rules.ts';
import type { ApiLinter } from '../../ports/api-linter.ts';

/** The descriptions of a service. */
export interface LintRequest {
  readonly service: string;
  /** Its folder, relative to the workspace's root. */
  readonly root: string;
  /** Names of the descriptions in there. */
  readonly files: readonly string[];
  /** True when any environment publishes by API Management: then what its import refuses is an error. */
  readonly isPublished: boolean;
}

/** The outside world of linting. */
export interface LintPorts {
  /** Returns a file's text as it lies on the disk, or undefined where none is. */
  read(path: string): Promise<string | undefined>;
  readonly linter: ApiLinter;
}

/** Lines that are printed at most: of a file that is wrong all over the first are enough. */
const mostFindings = 200;

/** Lints the descriptions of a service. @returns what was found, in the order of files and lines. */
export async function lintApi(request: LintRequest, { read, linter }: LintPorts): Promise<LintFinding[]> {
  const texts = new Map<string, string | undefined>();
  const files = { texts, read: async (path: string) => textOf(path, texts, read) };
  const { rules, breaches } = await rulesOf(request, files.read);
  const found: Breach[] = [...breaches];
  for (const name of request.files) {
    const file = posix.join(request.root, name);
    const { problems, isReadable } = await problemsOf(file, request.root, files);
    const ours = breachesOf(problems, request.isPublished);
    if (!isReadable) found.push(...ours);
    else {
      const { value } = valueOf(file, texts.get(file));
      const readValue = (path: string) => valueIn(request.root, path, files.read);
      found.push(...mergedBreaches(ours, await linter.lint({ file, value, rules, read: readValue })));
    }
  }
  return locatedFindings(found, texts);
}

/** Files of the workspace, each read once. */
interface ReadFiles {
  readonly texts: Map<string, string | undefined>;
  read(path: string): Promise<string | undefined>;
}

async function textOf(path: string, texts: Map<string, string | undefined>, read: LintPorts['read']) {
  if (!texts.has(path)) texts.set(path, await read(path));
  return texts.get(path);
}

/** The rules of the service, or else those of the workspace. */
async function rulesOf({ root }: LintRequest, read: ReadFiles['read']): Promise<ReadRules> {
  for (const file of [posix.join(root, lintRulesFile), lintRulesFile]) {
    const text = await read(file);
    if (text !== undefined) return readLintRules(file, text);
  }
  return { rules: usualRules, breaches: [] };
}

/** The same problems that a release finds, by the same function. */
async function problemsOf(file: string, root: string, { texts, read }: ReadFiles) {
  await read(file);
  for (;;) {
    const found = inspectApiDescription(file, texts);
    if ('needs' in found) {
      for (const path of found.needs) await read(path);
      continue;
    }
    const problems = 'problems' in found ? found.problems : [];
    return {
      problems: problems.map((problem) => withConversion(problem, file)),
      isReadable: problems.every((problem) => isLintable(problem, file)),
    };
  }
}

function withConversion(problem: Problem, file: string): Problem {
  return problem.rule === 'openapi-2' ? { ...problem, text: `${problem.text} ${conversionOf(file)}` } : problem;
}

/** Reports whether a problem leaves a description that another reader can be given: it is read, and not too much. */
function isLintable({ rule, at }: Problem, file: string): boolean {
  return !['openapi', 'openapi-2', 'size'].includes(rule) && (rule !== 'yaml' || at.file !== file);
}

/** @throws {Error} where there is nothing to read. */
async function valueIn(root: string, path: string, read: ReadFiles['read']): Promise<unknown> {
  const isInside = root === '.' || path.startsWith(`${root}/`);
  if (!isInside) throw new Error(`only files in ${root} are released with the service.`);
  return valueOf(path, await read(path)).value;
}

function valueOf(path: string, text: string | undefined): { readonly value: unknown } {
  if (text === undefined) throw new Error(`there is no file ${path}.`);
  const read = parseYaml(text);
  if ('reason' in read) throw new Error(read.reason);
  return read;
}

/** An error that shows its evidence as linters do, so that editors and problem matchers find the places. */
class LintRefusal extends Refusal {
  override explain(): string {
    const [headline = '', hint = ''] = super.explain().split('\n');
    return [headline, hint, ...(this.facts.evidence ?? [])].join('\n');
  }
}

/**
 * Returns lines that show what was found.
 * @param isStrict whether warnings count as errors.
 * @throws {Refusal} where there are errors.
 */
export function lintLines(
  { service, root, files }: LintRequest,
  findings: readonly LintFinding[],
  isStrict: boolean,
): string[] {
  const where = files.map((name) => posix.join(root, name)).join(', ');
  const shown = [...findings].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  const kept = new Set(shown.slice(0, mostFindings));
  const lines = findings.filter((finding) => kept.has(finding)).map(findingLine);
  const more = findings.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  const isWrong = findings.some(({ severity }) => isStrict || severity === 'error');
  if (!isWrong) return [...lines, `${service}: ${countOf(findings)} in ${where}`];
  throw new LintRefusal({
    type: 'bad-api-description',
    doing: `lint the API of ${service}`,
    reason: `${countOf(findings)} in ${where}.`,
    remedy: 'Fix the lines that are named below; rules are explained in docs/api-facade.md.',
    evidence: lines,
  });
}
