import { StringDecoder } from 'node:string_decoder';
import { runProcess } from '../../../../adapters/process/run-process.ts';
import { isInterruption } from '../../../../model/errors/interruption.ts';
import { Failure, Refusal } from '../../../../model/errors/product-error.ts';
import { commitAtStartVariable, exitCodeVariable, outcomesVariable } from '../../../../model/product/wire-names.ts';
import { nxProgram } from './nx-program.ts';
import type { BuildRequest } from '../../../../use-cases/dashboard/actions/action-context.ts';

/** Variables of the command that runs the dashboard, which another command has its own of. */
const ofThisCommand = [
  commitAtStartVariable,
  exitCodeVariable,
  outcomesVariable,
  'NX_TASK_HASH',
  'NX_TASK_TARGET_PROJECT',
];
/** Lines that are shown of a command that failed. */
const lastLines = 20;

/**
 * Builds a service by the command that a person types, `nx run orders:release --only=build`: lint, test and build come first,
 * as the workspace has them, and the graph is that of now.
 * @param typed makes it such as is typed in this workspace. @throws {Failure} @throws {Refusal} when the command refuses.
 */
export async function buildByNx(
  { service, environments, onLine, signal }: BuildRequest,
  { workspaceRoot, typed }: { readonly workspaceRoot: string; readonly typed: (text: string) => string },
): Promise<void> {
  const names = environments.map(({ name }) => name).join(',');
  const command = typed(`nx run ${service.name}:release --only=build${names === '' ? '' : ` --env=${names}`}`);
  const [, ...words] = command.split(' ');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisCommand.includes(name)));
  const lines = new Lines(onLine);
  onLine(`running ${command}`);
  const result = await runProcess(process.execPath, [nxProgram(workspaceRoot), ...words], {
    cwd: workspaceRoot,
    env: { ...env, NX_TUI: 'false', FORCE_COLOR: '0' },
    signal,
    onOutput: (stream, chunk) => lines.take(stream, chunk),
  });
  lines.end();
  if (signal.aborted && isInterruption(signal.reason)) throw signal.reason;
  if (result.state === 'ended' && result.code === 0) return;
  const isRefused = result.state === 'ended' && result.code === 2;
  const facts = {
    type: 'image-build-failed',
    doing: `build ${service.name}`,
    reason: `\`${command}\` ${result.state === 'ended' ? `ended with exit code ${result.code}` : 'could not be run'}.`,
    remedy: 'See its last lines.',
    evidence: lines.last,
  } as const;
  throw isRefused ? new Refusal(facts) : new Failure(facts);
}

/** Cuts outputs into lines. */
class Lines {
  readonly last: string[] = [];
  private readonly onLine: (line: string) => void;
  private readonly streams = new Map<string, { readonly decoder: StringDecoder; rest: string }>();

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  take(name: string, chunk: Buffer): void {
    const stream = this.streams.get(name) ?? { decoder: new StringDecoder(), rest: '' };
    this.streams.set(name, stream);
    const lines = (stream.rest + stream.decoder.write(chunk)).split(/\r?\n/);
    stream.rest = lines.pop() ?? '';
    for (const line of lines) this.tell(line);
  }

  end(): void {
    for (const { rest } of this.streams.values()) this.tell(rest);
  }

  private tell(line: string): void {
    if (line.trim() === '') return;
    this.onLine(line);
    this.last.push(line);
    if (this.last.length > lastLines) this.last.shift();
  }
}
