/** Characters of a description of a deployment (GitHub's REST API, "Create a deployment status"). */
export const longestDescription = 140;
/** Characters of a release's text; GitHub answers 422 to longer ones. */
export const longestBody = 125_000;

/** Cuts a text after a number of characters, as a reader counts them, and shows that it was cut. */
export function cutText(text: string, longest: number): string {
  // A character of two code units counts once and is not cut in half.
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

/**
 * The text of a release: what is new, and below it the facts. Of too much news the end is cut off, never the facts.
 * @param news Markdown. @param facts lines of Markdown.
 */
export function releaseBody(news: string, facts: readonly string[]): string {
  const foot = facts.join('\n');
  return `${cutText(news.trim(), longestBody - Array.from(foot).length - 2)}\n\n${foot}`;
}

/** @returns an address that may be linked to, or undefined: `ada@laptop` names who typed a command, and is no page. */
export function linkOf(text: string | undefined): string | undefined {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url.href : undefined;
}
