import { spawn } from 'node:child_process';
import type { CommandResult } from './run-command.ts';

/** A question that a command asks, and what a person types then. */
export interface TypedAnswer {
  readonly question: RegExp;
  readonly answer: string;
}

/** Runs a command of a shell at a terminal (`script` makes one), where a person answers a question of it. */
export function atTerminal(
  command: string,
  { question, answer }: TypedAnswer,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], options);
  let output = '';
  let isAnswered = false;
  const read = (text: string) => {
    output += text;
    if (isAnswered || !question.test(output)) return;
    isAnswered = true;
    child.stdin.write(`${answer}\n`);
  };
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', read);
    child.on('error', reject);
    child.on('close', (code) => {
      child.stdin.end();
      resolve({ code: code ?? 1, stdout: output, output });
    });
  });
}
