import type { ListedRef } from '../refs/release-refs.ts';

/** Reads the lines of `git ls-remote`; what is behind an annotated tag comes as a second line, `<ref>^{}`. */
export function parseListing(text: string): Map<string, ListedRef> {
  const refs = new Map<string, ListedRef>();
  for (const line of text.split('\n')) {
    const [, object = '', name = '', suffix] = /^([0-9a-f]{40,64})\t(\S+?)(\^\{\})?$/.exec(line) ?? [];
    if (name === '') continue;
    const known = refs.get(name);
    if (suffix === undefined) refs.set(name, { object });
    else if (known) refs.set(name, { ...known, peeled: object });
  }
  return refs;
}
