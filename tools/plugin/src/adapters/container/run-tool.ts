import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** What one run of a command left. */
export interface ToolResult {
  /** Exit code; 127 when the command is not installed. */
  readonly code: number;
  /** All of the standard output. */
  readonly stdout: string;
  /** The last lines of both outputs, in the order in which they came. */
  readonly lastLines: readonly string[];
}

/** Runs a command to its end, whatever its exit code, and hands on each line of its outputs. */
export type RunTool = (
  command: string,
  args: readonly string[],
  options?: { onLine?: (line: string) => void; env?: Readonly<Record<string, string>> },
) => Promise<ToolResult>;

/** Enough to see a failed build step and its cause. */
const linesKept = 40;

/** Runs a command as a process of its own: argv, never a shell. */
export const runTool: RunTool = (command, args, { onLine = () => {}, env = {} } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lastLines: string[] = [];
    const take = (line: string) => {
      const shown = withoutCredentials(line);
      lastLines.push(shown);
      if (lastLines.length > linesKept) lastLines.shift();
      onLine(shown);
    };
    const outputs = [lineSplitter(take), lineSplitter(take)] as const;
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stdout.on('data', (text: string) => outputs[0].push(text));
    const stderr = new StringDecoder('utf8');
    child.stderr.on('data', (chunk: Buffer) => outputs[1].push(stderr.write(chunk)));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') resolve({ code: 127, stdout: '', lastLines: [`${command}: command not found`] });
      else reject(cause);
    });
    child.on('close', (code) => {
      for (const output of outputs) output.end();
      resolve({ code: code ?? 1, stdout, lastLines });
    });
  });

/** Takes user names and passwords out of the addresses in a line. */
export function withoutCredentials(line: string): string {
  return line.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1');
}

/** Cuts text that comes in pieces into lines. A progress bar's carriage return ends a line too. */
function lineSplitter(take: (line: string) => void) {
  let rest = '';
  return {
    push(text: string) {
      const lines = (rest + text).split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') take(line.trimEnd());
    },
    end() {
      if (rest.trim() !== '') take(rest.trimEnd());
      rest = '';
    },
  };
}
