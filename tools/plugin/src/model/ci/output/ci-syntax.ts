import type { Ci } from '../ci-run.ts';
import { azureSyntax } from './azure-syntax.ts';
import { buildkiteSyntax } from './buildkite-syntax.ts';
import { githubSyntax } from './github-syntax.ts';
import { gitlabSyntax } from './gitlab-syntax.ts';
import type { CiSyntax } from './syntax.ts';

/** A log that shows lines and does nothing else. */
const plainSyntax: CiSyntax = { escapeCommands: (line) => line };

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
