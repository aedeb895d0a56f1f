import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';
import type { DeployerOrder } from './deployer.ts';

/** The result of a deployer. */
export interface DeployerResult {
  /** Undefined when it was killed. */
  readonly code: number | undefined;
  readonly output: string;
  readonly seconds: number;
}

/** The deployer as one file of JavaScript, so that a run of it starts at once. */
export class Deployers {
  private readonly folder = mkdtempSync(join(tmpdir(), 'poc deployer '));
  private readonly bundle = join(this.folder, 'deployer.cjs');

  /** Milliseconds after which a deployer that does not end is given up. */
  private readonly patience = 180_000;

  private constructor() {}

  static async prepare(): Promise<Deployers> {
    const deployers = new Deployers();
    await runSuccessfully(join(repositoryRoot, 'node_modules/.bin/esbuild'), [
      join(import.meta.dirname, 'deployer.ts'),
      '--bundle',
      '--platform=node',
      '--target=node20',
      // Loaded only for logins of clouds.
      '--external:@kubernetes/client-node',
      '--log-level=error',
      `--outfile=${deployers.bundle}`,
    ]);
    return deployers;
  }

  /**
   * Runs one to its end.
   * @param person who it says it is.
   * @param onStart gets its process, which may be killed.
   */
  run(
    order: DeployerOrder,
    person: string,
    onStart: (child: ChildProcess) => void = () => {},
  ): Promise<DeployerResult> {
    const started = performance.now();
    const ci = { GITHUB_ACTIONS: 'true', GITHUB_TRIGGERING_ACTOR: person, GITHUB_SERVER_URL: 'https://ci.example' };
    const env = { ...process.env, ...ci, GITHUB_REPOSITORY: 'poc/soak', GITHUB_RUN_ID: '1' };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [this.bundle, JSON.stringify(order)], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: this.patience,
        killSignal: 'SIGKILL',
      });
      let output = '';
      const take = (text: string) => (output += text);
      child.stdout.setEncoding('utf8').on('data', take);
      child.stderr.setEncoding('utf8').on('data', take);
      child.on('error', reject);
      child.on('close', (code) =>
        resolve({ code: code ?? undefined, output, seconds: (performance.now() - started) / 1000 }),
      );
      onStart(child);
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
