import { escapeControlCharacters } from './escape-control-characters.ts';

/**
 * Others' words in Markdown. No library: `mdast-util-to-markdown` escapes what would be read as Markdown, but not the
 * mentions and references of a forge.
 */

/** Characters of a text that others wrote. */
const longestText = 200;
/** Nothing, to a reader; to GitHub it ends a mention or a reference. */
const nothing = '&#8203;';

/**
 * Returns foreign text as Markdown that shows it without effect: no HTML, no link, no image, no list. Names after `@`
 * mention no person and numbers after `#` refer to no issue, so that none is notified or closed.
 */
export function plainMarkdown(text: string): string {
  const cut = [...escapeControlCharacters(text)].slice(0, longestText + 1);
  const shown = cut.length > longestText ? `${cut.slice(0, longestText).join('')}…` : cut.join('');
  return shown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]|~$]/g, '\\$&')
    .replaceAll(/^(\s*\d*)([-+.)])(?=\s|$)/g, '$1\\$2')
    .replaceAll(/[@#]/g, `$&${nothing}`)
    .replaceAll(/\b(GH|AB)(?=-\d)/gi, `$1${nothing}`)
    .replaceAll('://', `:${nothing}//`)
    .replaceAll(/\bwww(?=\.)/gi, `www${nothing}`);
}

/** A text as code, in one line, whatever backticks are in it. */
export function codeMarkdown(text: string): string {
  const line = escapeControlCharacters(text).slice(0, longestText);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^[`\s]|[`\s]$/.test(line) || line === '' ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A link, or the text alone where there is no address. @param text Markdown. */
export function linkMarkdown(text: string, url: string | undefined): string {
  return url === undefined ? text : `[${text}](${url})`;
}
