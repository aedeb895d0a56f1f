import { records } from './tree-listing.ts';

/** How the files on the disk differ from the index and from HEAD. Paths are relative to the workspace's root. */
export interface WorkingTreeStatus {
  /** Files of the index that are otherwise on the disk: the mode that they have there, `000000` when they are gone. */
  readonly changed: ReadonlyMap<string, string>;
  /** Files that the index has otherwise than HEAD. */
  readonly staged: readonly string[];
  /** Files that the index does not have; of another repository its folder, with a slash at its end. */
  readonly untracked: readonly string[];
  /** A wholly ignored folder is one entry with a slash at its end. */
  readonly ignored: readonly string[];
}

/**
 * Reads `git status --porcelain=v2 -z --no-renames`, whose paths begin at the repository's root.
 * @param prefix path of the workspace's root inside the repository: empty, or with a slash at its end.
 */
export function parseStatus(output: string, prefix: string): WorkingTreeStatus {
  const changed = new Map<string, string>();
  const [staged, untracked, ignored]: [string[], string[], string[]] = [[], [], []];
  for (const record of records(output)) {
    const entry = parseEntry(record);
    if (!entry?.path.startsWith(prefix) || entry.path === prefix) continue;
    const path = entry.path.slice(prefix.length);
    if (entry.kind !== 'tracked') {
      (entry.kind === '?' ? untracked : ignored).push(path);
      continue;
    }
    if (entry.states[0] !== '.') staged.push(path);
    if (entry.states[1] !== '.') changed.set(path, entry.modeOnDisk);
  }
  return { changed, staged, untracked, ignored };
}

/** A line of the status. */
type Entry =
  | { readonly kind: '?' | '!'; readonly path: string }
  | {
      readonly kind: 'tracked';
      readonly path: string;
      /** Two letters: of the index beside HEAD, and of the disk beside the index; `.` for no difference. */
      readonly states: string;
      readonly modeOnDisk: string;
    };

function parseEntry(record: string): Entry | undefined {
  const kind = record[0];
  if (kind === '?' || kind === '!') return { kind, path: record.slice(2) };
  // Mode of HEAD, index and disk, and names of objects; one in conflict has three stages of the index.
  const [, states, modeOnDisk, path] =
    /^1 (\S\S) \S+ \d+ \d+ (\d{6}) \S+ \S+ ([^]+)$/.exec(record) ??
    /^u (\S\S) \S+ \d+ \d+ \d+ (\d{6}) \S+ \S+ \S+ ([^]+)$/.exec(record) ??
    [];
  return states && modeOnDisk && path ? { kind: 'tracked', path, states, modeOnDisk } : undefined;
}
