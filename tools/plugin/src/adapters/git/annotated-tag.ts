/** An annotated tag's object. */
export interface AnnotatedTag {
  readonly commit: string;
  /** The tag's name without `refs/tags/`. */
  readonly name: string;
  readonly message: string;
}

/** Text of a tag object, for `git mktag`. @param tagger as git writes it: `Ada <ada@example.com> 1764000000 +0000`. */
export function tagObject({ commit, name, message }: AnnotatedTag, tagger: string): string {
  return `object ${commit}\ntype commit\ntag ${name}\ntagger ${tagger}\n\n${message}`;
}

/** @returns the tag that a tag object's text tells of, or undefined when it is not on a commit. */
export function parseTagObject(text: string): AnnotatedTag | undefined {
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const [, commit = '', name = ''] = /^object ([0-9a-f]{40,64})\ntype commit\ntag (.*)$/m.exec(head) ?? [];
  if (!head.startsWith('object ') || commit === '') return undefined;
  return { commit, name, message: end < 0 ? '' : text.slice(end + 2) };
}
