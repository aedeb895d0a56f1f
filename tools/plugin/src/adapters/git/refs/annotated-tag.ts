import type { Clone } from '../clone.ts';

/** The tagger where git has no `user.name`, as in a container. */
export const namelessTagger = { name: 'poc release', email: 'release@localhost' };

/** An annotated tag's object. */
export interface AnnotatedTag {
  readonly commit: string;
  /** The tag's name without `refs/tags/`. */
  readonly name: string;
  readonly message: string;
}

/** Makes a tag object in a clone, to which no ref points yet. @returns its name. */
export async function makeTagObject(clone: Pick<Clone, 'git' | 'committer'>, tag: AnnotatedTag): Promise<string> {
  const committer = (await clone.committer()) ?? `${namelessTagger.name} <${namelessTagger.email}> 0 +0000`;
  const tagger = process.env['GIT_COMMITTER_DATE'] === undefined ? withTime(committer, new Date()) : committer;
  return (await clone.git.text(['mktag'], { input: tagObjectText(tag, tagger) })).trim();
}

/** Returns the same person at another time, in the same zone. @param committer as git writes it. */
function withTime(committer: string, now: Date): string {
  return committer.replace(/ \d+ ([+-]\d{4})$/, ` ${Math.floor(now.getTime() / 1000)} $1`);
}

/** Returns the tag in a tag object's text, or undefined when it is not on a commit. */
export function parseTagObject(text: string): AnnotatedTag | undefined {
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const [, commit = '', name = ''] = /^object ([0-9a-f]{40,64})\ntype commit\ntag (.*)$/m.exec(head) ?? [];
  if (!head.startsWith('object ') || commit === '') return undefined;
  return { commit, name, message: end < 0 ? '' : text.slice(end + 2) };
}

/** Text of a tag object, for `git mktag`. @param tagger as git writes it: `Ada <ada@example.com> 1764000000 +0000`. */
function tagObjectText({ commit, name, message }: AnnotatedTag, tagger: string): string {
  return `object ${commit}\ntype commit\ntag ${name}\ntagger ${tagger}\n\n${message}`;
}
