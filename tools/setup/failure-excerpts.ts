import { stripVTControlCharacters } from 'node:util';
import { jestFailure } from './failed-tests.ts';

/** Lines kept of a message's beginning and of its end, where a log tells what went wrong. */
const kept = { first: 4, last: 16 };
const longestLine = 240;

/**
 * Returns what jest says of each test that failed, once, shortened: its `● suite › test` and the message below it, without
 * the code that it quotes. A CI shows the end of a long log, and this is what somebody has to read there.
 */
export function failureExcerpts(terminalOutput: string): string[] {
  const lines = stripVTControlCharacters(terminalOutput).split('\n');
  const excerpts = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    if (!jestFailure.test(line) || excerpts.has(line)) continue;
    const message = messageBelow(lines.slice(index + 1));
    excerpts.set(line, [line, ...shorten(message)].join('\n'));
  }
  return [...excerpts.values()];
}

/** Returns the end of what a check printed that names no tests, such as the demo: one text, or none where it is silent. */
export function lastWords(terminalOutput: string): string[] {
  const lines = stripVTControlCharacters(terminalOutput).split('\n');
  const said = lines.filter((line) => line.trim() !== '').slice(-(kept.first + kept.last));
  return said.length === 0 ? [] : [shorten(said.map((line) => `    ${line}`)).join('\n')];
}

/** Returns the end of what each task of `nx run-many` printed that failed, under its name. */
export function taskWords(terminalOutput: string, tasks: readonly string[]): string[] {
  const [, ...blocks] = stripVTControlCharacters(terminalOutput).split(/^> nx run /m);
  return tasks.map((task) => {
    const said = blocks.filter((block) => block.split(/\s/, 1)[0] === task);
    // Below the last task is what Nx says of all of them.
    return [
      `- ${task}`,
      ...lastWords(
        said
          .join('')
          .replace(task, '')
          .split(/^\s*NX {3}/m, 1)[0]!,
      ),
    ].join('\n');
  });
}

/** Returns the lines up to the code that jest quotes, to the next test or to the next suite. */
function messageBelow(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) =>
    /^\s*>?\s*\d+ \| |^\s+at .+:\d+:\d+\)?$|^\s*● |^(?:PASS|FAIL|Tests:) /.test(line),
  );
  return lines.slice(0, end < 0 ? undefined : end).filter((line) => line.trim() !== '');
}

function shorten(lines: readonly string[]): readonly string[] {
  const short = lines.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line));
  const left = short.length - kept.first - kept.last;
  if (left <= 1) return short;
  return [...short.slice(0, kept.first), `    … ${left} lines …`, ...short.slice(-kept.last)];
}
