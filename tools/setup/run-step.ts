import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

interface StepOptions {
  readonly cwd: string;
  readonly echo: boolean;
  /** Above 0, it and all that it starts leave the processors to others. */
  readonly niceness?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end. @returns its exit code and both its outputs. */
export function runStep(
  [command = '', ...args]: readonly string[],
  { cwd, echo, niceness = 0, env = {} }: StepOptions,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NX_TUI: 'false', FORCE_COLOR: '0', ...env },
    });
    if (niceness > 0 && child.pid !== undefined) setPriority(child.pid, niceness);
    let output = '';
    const take = (text: string) => {
      output += text;
      if (echo) process.stdout.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
