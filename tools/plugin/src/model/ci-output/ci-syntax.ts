import type { Ci } from '../ci-run.ts';
import { azureSyntax } from './azure-syntax.ts';
import { buildkiteSyntax } from './buildkite-syntax.ts';
import { githubSyntax } from './github-syntax.ts';
import { gitlabSyntax } from './gitlab-syntax.ts';

/** What an annotation tells of. */
export type AnnotationLevel = 'warning' | 'error';

/** What the log of a CI does besides showing lines. */
export interface CiSyntax {
  /** The line as it is shown, whatever is in it: it commands the CI nothing. */
  inert(line: string): string;
  /** Lines as a block that is folded behind its title; left away where nothing can be folded. */
  readonly fold?: (title: string, lines: readonly string[], at: Date) => string[];
  /** A line that is shown at the head of the run too; left away where nothing is. @param about whose it is. */
  readonly annotate?: (level: AnnotationLevel, about: string, text: string) => string;
}

/** A log that shows lines and does nothing else. */
const plainSyntax: CiSyntax = { inert: (line) => line };

const syntaxes: Readonly<Partial<Record<Ci, CiSyntax>>> = {
  azure: azureSyntax,
  github: githubSyntax,
  gitlab: gitlabSyntax,
  buildkite: buildkiteSyntax,
};

/** How the log of a CI is written, or that of a terminal. */
export function ciSyntaxOf(ci: Ci | undefined): CiSyntax {
  return (ci && syntaxes[ci]) ?? plainSyntax;
}
