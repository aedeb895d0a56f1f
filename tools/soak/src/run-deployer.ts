import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import type { DeployerOrder } from './deployer.ts';

/** The result of a deployer. */
export interface DeployerResult {
  /** Undefined when it was killed. */
  readonly code: number | undefined;
  readonly output: string;
  readonly seconds: number;
}

/** Who a deployer says it is, and where it runs. */
export interface DeployerOptions {
  readonly person?: string;
  /** Variables of its environment. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Gets its process, which may be killed. */
  readonly onStart?: (child: ChildProcess) => void;
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
    await bundle(join(import.meta.dirname, 'deployer.ts'), deployers.bundle);
    return deployers;
  }

  /** Runs one to its end. */
  run(
    order: DeployerOrder,
    { person = 'soak', variables = {}, onStart = () => {} }: DeployerOptions = {},
  ): Promise<DeployerResult> {
    const started = performance.now();
    const ci = { GITHUB_ACTIONS: 'true', GITHUB_TRIGGERING_ACTOR: person, GITHUB_SERVER_URL: 'https://ci.example' };
    const env = { ...process.env, ...ci, GITHUB_REPOSITORY: 'poc/soak', GITHUB_RUN_ID: '1', ...variables };
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
