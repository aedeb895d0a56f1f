import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { escapeControlCharacters } from '../../../model/text/escape-control-characters.ts';
import { scrubLines } from '../../../model/secrets/line-scrubber.ts';
import type { ApprovablePlan } from '../../../use-cases/deploy/requirements/approval.ts';
import { describePlan } from './describe-plan.ts';

/** One question at a time: several services are planned at once. */
let asked: Promise<unknown> = Promise.resolve();

const terminalPath = '/dev/tty';

/** Reports whether this process, whose output is a pipe to Nx, can reach the terminal that Nx runs on. */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync(terminalPath, 'w'));
    return process.stdin.isTTY;
  } catch {
    return false;
  }
}

/** Shows a plan on the terminal itself, which Nx reads nothing of, and waits for an answer. */
export function askOnTerminal(plan: ApprovablePlan): Promise<boolean> {
  const answer = asked.then(() => ask(plan));
  asked = answer.catch(() => undefined);
  return answer;
}

async function ask(plan: ApprovablePlan): Promise<boolean> {
  const terminal = openSync(terminalPath, 'w');
  const input = createInterface({ input: process.stdin, terminal: false });
  const stop = () => input.close();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    const lines = scrubLines(describePlan(plan)).map(escapeControlCharacters);
    writeSync(terminal, `\r\n${lines.join('\n')}\nApprove of ${plan.id}? [y/N] `);
    for await (const line of input) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    for (const signal of signals) process.off(signal, stop);
    input.close();
    process.stdin.pause();
    closeSync(terminal);
  }
}
