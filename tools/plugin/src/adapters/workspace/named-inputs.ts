import type { NxJsonConfiguration } from '@nx/devkit';
import { Minimatch } from 'minimatch';

type NamedInputs = NonNullable<NxJsonConfiguration['namedInputs']>;

/** Which files make up a project's content, by the patterns of its named input `production`. */
export interface FileFilter {
  /** Reports whether a file of the project counts. @param path relative to the workspace's root. */
  ofProject(path: string): boolean;
  /** Reports whether a file anywhere in the workspace counts, because a pattern begins with `{workspaceRoot}`. */
  ofWorkspace(path: string): boolean;
  /** Folders or files in which `ofWorkspace` may find some; empty when there is no such pattern. */
  readonly workspaceFolders: readonly string[];
}

/**
 * Reads the named input `production` as Nx does: a file counts when a pattern takes it in and none takes it out,
 * whatever their order. Inputs that are no files (environment variables, commands, npm packages) do not count here, nor
 * do those of dependencies (`^production`): each project of a closure is filtered by its own.
 * @param namedInputs those of nx.json, with the project's own over them.
 */
export function fileFilter(namedInputs: NamedInputs, projectRoot: string): FileFilter {
  const start = ['production', 'default'].find((name) => namedInputs[name] !== undefined);
  const seen = new Set<string>();
  const patterns = start === undefined ? ['{projectRoot}/**/*'] : filePatterns(namedInputs, start, seen);
  // What the graph plugin finds counts also for a project whose own inputs do not mention it.
  patterns.push(...filePatterns(namedInputs, 'filesAbove', seen));
  const ofRoot = (token: string) =>
    patterns.flatMap((pattern) => {
      const [, not = '', glob] = new RegExp(`^(!?)\\{${token}\\}/?(.*)$`, 's').exec(pattern) ?? [];
      return glob === undefined ? [] : [{ takesOut: not === '!', glob }];
    });
  const workspace = ofRoot('workspaceRoot');
  const inProject = matcher(ofRoot('projectRoot'));
  const inside = projectRoot === '.' ? '' : `${projectRoot}/`;
  return {
    ofProject: (path) => path.startsWith(inside) && inProject(path.slice(inside.length)),
    ofWorkspace: matcher(workspace),
    workspaceFolders: workspace.filter(({ takesOut }) => !takesOut).map(({ glob }) => fixedPart(glob)),
  };
}

/** The file patterns behind a named input. */
function filePatterns(namedInputs: NamedInputs, name: string, seen: Set<string>): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  return (namedInputs[name] ?? []).flatMap((input) => {
    if (typeof input === 'string') return patternsOf(input);
    if ('fileset' in input) return [input.fileset];
    const ofOthers = 'dependencies' in input || 'projects' in input;
    return 'input' in input && !ofOthers ? filePatterns(namedInputs, input.input, seen) : [];
  });

  function patternsOf(input: string): string[] {
    if (/^!?\{(projectRoot|workspaceRoot)\}/.test(input)) return [input];
    return input.startsWith('^') ? [] : filePatterns(namedInputs, input, seen);
  }
}

/** Most projects of a workspace have the same patterns, and to compile them takes longer than to use them. */
const matchers = new Map<string, (path: string) => boolean>();

function matcher(globs: readonly { takesOut: boolean; glob: string }[]): (path: string) => boolean {
  const key = JSON.stringify(globs);
  const known = matchers.get(key);
  if (known) return known;
  const made = compile(globs);
  matchers.set(key, made);
  return made;
}

function compile(globs: readonly { takesOut: boolean; glob: string }[]): (path: string) => boolean {
  const compiled = globs.map(({ takesOut, glob }) => {
    // A pattern that names a folder means what is in it.
    const folder = glob.replace(/\/+$/, '');
    if (folder !== '' && !isPattern(folder))
      return { takesOut, matches: (path: string) => path === folder || path.startsWith(`${folder}/`) };
    const whole = new Minimatch(glob === '' ? '**' : glob, { dot: true, nocomment: true, nonegate: true });
    const inside = new Minimatch(`${folder}/**`, { dot: true, nocomment: true, nonegate: true });
    return { takesOut, matches: (path: string) => whole.match(path) || inside.match(path) };
  });
  const takenIn = compiled.filter(({ takesOut }) => !takesOut);
  const takenOut = compiled.filter(({ takesOut }) => takesOut);
  return (path) => takenIn.some(({ matches }) => matches(path)) && !takenOut.some(({ matches }) => matches(path));
}

/** The part of a pattern before the first folder that is a pattern: `infra/shared` of `infra/shared/*.json`. */
function fixedPart(glob: string): string {
  const segments = glob.split('/').filter((segment) => segment !== '');
  const firstPattern = segments.findIndex(isPattern);
  return (firstPattern < 0 ? segments : segments.slice(0, firstPattern)).join('/') || '.';
}

function isPattern(text: string): boolean {
  return /[*?[\]{}()!+@\\]/.test(text);
}
