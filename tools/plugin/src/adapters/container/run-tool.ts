import { StringDecoder } from 'node:string_decoder';
import type { KnownSecrets } from '../../model/secrets/known-secrets.ts';
import { LineScrubber } from '../../model/secrets/line-scrubber.ts';
import { childEnvironment } from '../process/child-environment.ts';
import { runProcess } from '../process/run-process.ts';

/** The result of one run of a command. */
export interface ToolResult {
  /** Exit code; 127 when the command is not installed. */
  readonly code: number;
  /** All of the standard output. */
  readonly stdout: string;
  /** The last lines of both outputs, in the order in which they came, without secrets. */
  readonly lastLines: readonly string[];
}

/** Runs a command to its end, whatever its exit code, and hands on each line of its outputs, without secrets. */
export type RunTool = (
  command: string,
  args: readonly string[],
  options?: {
    onLine?: (line: string) => void;
    env?: Readonly<Record<string, string>>;
    /** Names of variables of this process that this command needs, secrets included. */
    needs?: readonly string[];
    /** Masks what is secret in its output besides what looks so. */
    secrets?: Pick<KnownSecrets, 'maskIn'> | undefined;
    /** Ends the command when it is aborted; its reason is thrown then. */
    signal?: AbortSignal | undefined;
  },
) => Promise<ToolResult>;

/** Enough to see a failed build step and its cause. */
const linesKept = 40;

/** Runs a command and collects the last lines of its outputs. @throws when it is installed and cannot be started. */
export const runTool: RunTool = async (command, args, options = {}) => {
  const { onLine = () => {}, env = {}, needs = [], secrets, signal } = options;
  signal?.throwIfAborted();
  const lastLines: string[] = [];
  const takeFrom = (scrubber: LineScrubber) => (line: string) => {
    const shown = scrubber.next(line);
    lastLines.push(shown);
    if (lastLines.length > linesKept) lastLines.shift();
    onLine(shown);
  };
  const lines = {
    stdout: lineSplitter(takeFrom(new LineScrubber('word', secrets))),
    stderr: lineSplitter(takeFrom(new LineScrubber('word', secrets))),
  };
  const result = await runProcess(command, args, {
    // A build runs other people's code: it has no business with what deploys.
    env: { ...childEnvironment(process.env, needs), LC_ALL: 'C', ...env },
    signal,
    onOutput: (stream, chunk) => lines[stream].push(chunk),
  });
  for (const each of Object.values(lines)) each.end();
  signal?.throwIfAborted();
  if (result.state === 'not-started' && result.cause.code === 'ENOENT')
    return { code: 127, stdout: '', lastLines: [`${command}: command not found`] };
  if (result.state === 'not-started') throw result.cause;
  return { code: result.state === 'ended' ? result.code : 1, stdout: result.stdout.toString(), lastLines };
};

/** Cuts text that comes in pieces into lines. A progress bar's carriage return ends a line too. */
function lineSplitter(take: (line: string) => void) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    push(chunk: Buffer) {
      const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') take(line.trimEnd());
    },
    end() {
      if (rest.trim() !== '') take(rest.trimEnd());
      rest = '';
    },
  };
}
