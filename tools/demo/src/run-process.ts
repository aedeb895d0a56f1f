import { spawn } from 'node:child_process';

/** Ends the demo: what went wrong was said already, or is its message. */
export class DemoStopped extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a command in sight of the user. @throws {DemoStopped} when it does not succeed. */
export function show(argv: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<void> {
  return run(argv, { ...options, shown: true }).then(() => undefined);
}

/** Runs a command out of sight. @returns its standard output. @throws {DemoStopped} with what it said when it does not succeed. */
export function read(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string },
): Promise<string> {
  return run(argv, { ...options, shown: false });
}

function run(
  [command = '', ...args]: readonly string[],
  { cwd, env = {}, input, shown }: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; shown: boolean },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'],
    });
    // A command may end before it has read all of it; its exit code tells.
    child.stdin?.on('error', () => {}).end(input);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => reject(new DemoStopped(`${command} could not be started: ${error.message}`, 1)));
    child.on('close', (code) => {
      if (code === 0) return resolve(stdout);
      const said = shown ? '' : `\n${stdout}${stderr}`;
      reject(new DemoStopped(`${[command, ...args].join(' ')} ended with exit code ${code}.${said}`, code ?? 1));
    });
  });
}
