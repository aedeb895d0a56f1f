import { devNull } from 'node:os';
import { join, posix } from 'node:path';
import type { BaseResolver, Document, NormalizedProblem, RawUniversalConfig } from '@redocly/openapi-core';
import { pointerKeys } from '../../model/changes/api/api-document.ts';
import type { Breach } from '../../model/facade/lint/lint-finding.ts';
import type { ApiLinter, LintedDescription } from '../../ports/api-linter.ts';

/** Takes a second or two. */
const loadRedocly = () => import('@redocly/openapi-core');

type Redocly = Awaited<ReturnType<typeof loadRedocly>>;

/** Redocly's linter. It reads no file and asks no server: what it shall see it is given. */
export class RedoclyLinter implements ApiLinter {
  async lint(description: LintedDescription): Promise<readonly Breach[]> {
    const { file } = description;
    const redocly = await loadRedocly();
    try {
      const problems = await findProblems(redocly, description);
      return problems.map((problem) => breachOf(problem, file));
    } catch (error) {
      const { message } = error as Error;
      const text = error instanceof RangeError ? 'It is nested too deeply.' : `Redocly cannot lint it: ${message}`;
      return [{ at: { file, keys: [] }, severity: 'error', rule: 'linter', text: text.split('\n')[0]! }];
    }
  }
}

async function findProblems(redocly: Redocly, { file, value, rules, read }: LintedDescription) {
  // Beside its configuration it looks for plugins to run, so that must be where nothing can be.
  const configPath = join(devNull, 'redocly.yaml');
  const config = await redocly.createConfig(rules as RawUniversalConfig, { configPath });
  const documentOf = (path: string, parsed: unknown) =>
    ({ source: new redocly.Source(`/${path}`, ''), parsed }) as Document;
  const externalRefResolver = givenFiles(redocly, async (path) => documentOf(path, await read(path)));
  const problems = await redocly.lintDocument({ document: documentOf(file, value), config, externalRefResolver });
  return problems.filter(({ ignored }) => !ignored);
}

/** Returns a resolver of references that gets files from `read`. Their paths are those of the workspace, after a slash. */
function givenFiles(redocly: Redocly, read: (path: string) => Promise<Document>): BaseResolver {
  const known = new Map<string, Promise<Document>>();
  const resolver = new redocly.BaseResolver();
  const load = async (reference: string): Promise<Document> => {
    if (redocly.isAbsoluteUrl(reference)) throw new redocly.ResolveError(new Error('nothing is fetched.'));
    return read(reference.replace(/^\/+/, '')).catch((error: unknown) => {
      throw new redocly.ResolveError(error as Error);
    });
  };
  resolver.resolveExternalRef = (base, reference) =>
    redocly.isAbsoluteUrl(reference) ? reference : posix.resolve(base === null ? '/' : posix.dirname(base), reference);
  resolver.resolveDocument = ((base: string | null, reference: string) => {
    const path = resolver.resolveExternalRef(base, reference);
    const document = known.get(path) ?? load(path);
    known.set(path, document);
    return document;
  }) as BaseResolver['resolveDocument'];
  return resolver;
}

function breachOf({ location: [location], severity, ruleId, message }: NormalizedProblem, file: string): Breach {
  const path = location?.source.absoluteRef.replace(/^\/+/, '') ?? file;
  const keys = pointerKeys((location?.pointer ?? '#').replace(/^#/, '')).filter((key) => key !== '');
  return {
    at: { file: path, keys },
    severity: severity === 'warn' ? 'warning' : 'error',
    rule: ruleId,
    text: message.trim().replaceAll(/\s+/g, ' '),
  };
}
