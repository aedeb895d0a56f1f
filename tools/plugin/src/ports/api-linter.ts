import type { Breach } from '../model/facade/lint/lint-finding.ts';
import type { LintRules } from '../model/facade/lint/lint-rules.ts';

/** A linter of OpenAPI descriptions. */
export interface ApiLinter {
  /** Returns what a description breaks of the rules. Whatever is in it, this ends with a list. */
  lint(request: LintedDescription): Promise<readonly Breach[]>;
}

/** A description to be linted. */
export interface LintedDescription {
  /** Path relative to the workspace's root. */
  readonly file: string;
  /** The file's YAML. */
  readonly value: unknown;
  readonly rules: LintRules;
  /** Returns the YAML of a file that is referred to. @throws {Error} with a sentence where there is none to read. */
  read(file: string): Promise<unknown>;
}
