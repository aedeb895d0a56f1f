import { spawn } from 'node:child_process';

/** Runs a command to its end. @returns its exit code and both its outputs. */
export function runStep(
  [command = '', ...args]: readonly string[],
  { cwd, echo, env = {} }: { cwd: string; echo: boolean; env?: Readonly<Record<string, string>> },
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NX_TUI: 'false', FORCE_COLOR: '0', ...env },
    });
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
