/** An object of a repository. */
export interface GitObject {
  /** Its full name. */
  readonly name: string;
  readonly kind: 'blob' | 'tree' | 'commit' | 'tag';
  readonly content: Buffer;
}

/** Reads the first line of an answer of `git cat-file --batch`; undefined when it says that there is no such object. */
export function parseObjectHeader(
  line: string,
): { readonly name: string; readonly kind: GitObject['kind']; readonly size: number } | undefined {
  const [, name, kind, size] = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  return { name, kind: kind as GitObject['kind'], size: Number(size) };
}
