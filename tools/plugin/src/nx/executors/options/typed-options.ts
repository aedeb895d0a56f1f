import { closestName } from '../../../model/text/did-you-mean.ts';
import { kebabCase, type Options } from './option.ts';
import type { RawOptions } from './options.ts';

/** Options of Nx itself, in kebab-case (23.2). One that is missing here is passed over unless it is near one of ours. */
const ofNx = [
  ...[
    'all',
    'base',
    'batch',
    'cloud',
    'configuration',
    'dte',
    'exclude',
    'exclude-task-dependencies',
    'files',
    'graph',
  ],
  ...['head', 'help', 'load-dot-env-files', 'max-parallel', 'nx-bail', 'nx-ignore-cycles', 'output-style', 'parallel'],
  ...['prod', 'project', 'projects', 'runner', 'skip-nx-cache', 'skip-remote-cache', 'skip-sync', 'target', 'targets'],
  ...['tui', 'tui-auto-exit', 'uncommitted', 'untracked', 'verbose', 'version', 'agents', 'all-projects'],
];

/**
 * Finds the options of a command among the words that Nx was called with. Nx has not read them yet, so that this holds
 * back where it may read them otherwise: it returns what is declared, and what is most likely misspelt.
 */
export function typedOptions(argv: readonly string[], declared: Options): RawOptions {
  const names = new Map(Object.keys(declared).map((name) => [kebabCase(name), name]));
  const found: Record<string, unknown> = {};
  for (const [index, word] of argv.entries()) {
    const [, typed = '', value] = /^--([a-zA-Z][a-zA-Z0-9-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (typed === '') continue;
    const kebab = kebabCase(typed);
    const name = names.get(kebab) ?? names.get(kebab.replace(/^no-/, ''));
    const next = argv[index + 1];
    const isFollowed = next !== undefined && !next.startsWith('-');
    if (name === undefined) {
      const isMisspelt = !ofNx.includes(kebab) && closestName(kebab, names.keys()) !== undefined;
      if (isMisspelt) found[typed] = value ?? true;
    } else if (value !== undefined) found[name] = value;
    else if (kebab.startsWith('no-')) found[name] = false;
    else if (declared[name]!.type === 'boolean') found[name] = isFollowed && /^(true|false)$/.test(next) ? next : true;
    else found[name] = isFollowed ? next : true;
  }
  return found;
}
