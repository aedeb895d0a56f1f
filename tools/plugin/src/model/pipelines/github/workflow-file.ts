import { generatedHeader } from '../generated-file.ts';

/** First lines of every file. @param purpose lines that say what it is for. */
export function workflowHeader(...purpose: readonly string[]): string {
  return `${generatedHeader}#\n${purpose.map((line) => `# ${line}`).join('\n')}`;
}

/** A branch as a filter of pushes, where some characters are patterns; others of that kind no branch can have. */
export function branchFilter(branch: string): string {
  return branch.replace(/[+!]/g, '\\$&');
}

/** A place for lines of the team's own. @param name unique in its file. */
export function customRegion(name: string): string[] {
  return [`# region custom: ${name}`, '# endregion'];
}
