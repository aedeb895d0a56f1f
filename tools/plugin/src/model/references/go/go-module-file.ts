/** A folder that a `go.mod` or `go.work` names. */
export interface GoFolder {
  /** The module that is found there; undefined for `use`, where the folder's `go.mod` says it. */
  readonly module: string | undefined;
  readonly folder: string;
  readonly line: number;
}

/** The modules at hand that a `go.mod` or `go.work` names. */
export interface GoModuleFile {
  readonly module: string | undefined;
  /** Folders of `use`, and those that a `replace` puts in the place of a module. */
  readonly folders: readonly GoFolder[];
}

/**
 * Reads a `go.mod` (https://go.dev/ref/mod#go-mod-file) or `go.work` (https://go.dev/ref/mod#go-work-file). Lines that
 * are none of their grammar are passed over.
 */
export function parseGoModuleFile(text: string): GoModuleFile {
  let module: string | undefined;
  const folders: GoFolder[] = [];
  let block: string | undefined;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const words = wordsOf(written);
    if (words[0] === ')') block = undefined;
    else if (block === undefined && words.at(-1) === '(') block = words[0];
    else read(block === undefined ? words : [block, ...words], index + 1);
  }
  return { module, folders };

  function read(words: readonly string[], line: number): void {
    const [verb, first] = words;
    if (first === undefined) return;
    if (verb === 'module') module = first;
    if (verb === 'use') folders.push({ module: undefined, folder: first, line });
    // Only a path that begins so is a folder; anything else is another module.
    const target = words[words.indexOf('=>') + 1];
    if (verb === 'replace' && words.includes('=>') && target !== undefined && /^(\.{0,2}\/|\.{1,2}$)/.test(target))
      folders.push({ module: first, folder: target, line });
  }
}

/** Returns the words of a line: bare, "interpreted" or `raw`; a comment ends it. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [word, interpreted, raw] of line.matchAll(/"((?:[^"\\]|\\.)*)"|`([^`]*)`|\/\/.*|\(|\)|=>|[^\s()"`]+/g)) {
    if (word.startsWith('//')) break;
    // A bare word may hold two slashes of a comment only after a space, as in Go.
    words.push(interpreted ?? raw ?? word);
  }
  return words;
}
