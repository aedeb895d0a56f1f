import { stringify } from 'yaml';

/** A text as YAML writes it: in quotes where any version of YAML would read it as something else. */
export function scalar(text: string): string {
  return stringify(text, { lineWidth: 0, singleQuote: true, version: '1.1' }).trimEnd();
}

/** Texts as the items of a list. */
export function list(texts: readonly string[]): string {
  return texts.map((text) => `- ${scalar(text)}`).join('\n');
}

/** Moves lines to the right. */
export function indented(spaces: number, text: string): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces));
}

/** A place for lines of the team's own. @param name unique in its file. @param beginning what it holds at first. */
export function region(name: string, beginning = ''): string {
  return `# region custom: ${name}\n${beginning}# endregion`;
}

/** The name of an environment where Azure takes letters, digits and underscores only. */
export function idOf(environment: string): string {
  return environment.replaceAll('-', '_');
}
