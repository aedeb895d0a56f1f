/** A module that a `go.mod` requires. */
export interface GoRequirement {
  readonly module: string;
  readonly version: string;
  /** Needed by another module only, as the go command notes in a comment. */
  readonly isIndirect: boolean;
}

/** That another module, or a folder, takes the place of one. */
export interface GoReplacement {
  readonly module: string;
  /** Undefined for all versions of it. */
  readonly version: string | undefined;
  /** `example.com/fork v1.0.0`, or a folder. */
  readonly target: string;
}

/** The versions that a `go.mod` or `go.work` asks for. */
export interface GoModule {
  /** Of Go itself, by `go` and `toolchain`. */
  readonly go: ReadonlyMap<string, string>;
  readonly requirements: readonly GoRequirement[];
  readonly replacements: readonly GoReplacement[];
}

/**
 * Reads a `go.mod` (https://go.dev/ref/mod#go-mod-file) or `go.work`. Lines that are none of its grammar are passed over.
 */
export function parseGoModule(text: string): GoModule {
  const found = {
    go: new Map<string, string>(),
    requirements: [] as GoRequirement[],
    replacements: [] as GoReplacement[],
  };
  let block = '';
  for (const written of text.split(/\r?\n/)) {
    const line = written.replace(/\/\/.*$/, '').trim();
    const [, opened] = /^(\w+)\s*\($/.exec(line) ?? [];
    if (opened !== undefined) block = opened;
    else if (line === ')') block = '';
    else readLine(block === '' ? line : `${block} ${line}`, /\/\/\s*indirect\b/.test(written), found);
  }
  return found;
}

function readLine(
  line: string,
  isIndirect: boolean,
  found: { go: Map<string, string>; requirements: GoRequirement[]; replacements: GoReplacement[] },
): void {
  const words = line.split(/\s+/).map((word) => word.replace(/^["`](.*)["`]$/, '$1'));
  const [verb, name = '', second = ''] = words;
  if (name === '') return;
  if (verb === 'go' || verb === 'toolchain') found.go.set(verb, name);
  if (verb === 'require' && second !== '') found.requirements.push({ module: name, version: second, isIndirect });
  const arrow = words.indexOf('=>');
  const target = words.slice(arrow + 1).join(' ');
  if (verb !== 'replace' || arrow < 0 || target === '') return;
  found.replacements.push({ module: name, version: arrow === 3 ? second : undefined, target });
}

/** Returns the versions of modules whose content a `go.sum` holds the hash of: those of which only `go.mod` is needed are none. */
export function parseGoSum(text: string): GoRequirement[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [module = '', version = '', hash] = line.trim().split(/\s+/);
    if (hash === undefined || version.endsWith('/go.mod')) return [];
    return [{ module, version, isIndirect: true }];
  });
}
