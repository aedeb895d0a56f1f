import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  colorVariable,
  columnsVariable,
  exitCodeVariable,
  outcomesVariable,
  terminalInputVariable,
} from '../../../model/product/wire-names.ts';

/** Where tasks of this command write what they came to; undefined before any were run. */
export let outcomesFile: string | undefined;

/** Where a task that runs until it is stopped writes its exit code; undefined before any were run. */
export let exitCodeFile: string | undefined;

/** Sets the variables by which tasks' processes, which inherit them, learn the output device. */
export function showTerminal(): void {
  const id = randomUUID();
  outcomesFile = join(tmpdir(), `poc-outcomes-${id}.jsonl`);
  exitCodeFile = join(tmpdir(), `poc-exit-code-${id}`);
  const { isTTY, columns } = process.stdout;
  process.env[outcomesVariable] = outcomesFile;
  process.env[exitCodeVariable] = exitCodeFile;
  process.env[columnsVariable] = isTTY ? String(columns) : '';
  process.env[terminalInputVariable] = String(isTTY && process.stdin.isTTY && process.env['NX_TUI'] !== 'true');
  process.env[colorVariable] = String(showsColors(process.env, isTTY));
}

/** Reports whether colours are shown (no-color.org, force-color.org): Nx sets FORCE_COLOR for the tasks itself. */
export function showsColors(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'] ?? env['NX_ORIGINAL_FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}
