import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand, runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

/** Debian's packages: Chromium without windows, and letters. */
const program = 'chromium-headless-shell';
const packages = [program, 'fonts-dejavu-core'];

/** Milliseconds in which it must have started. */
const startTime = 60_000;

/** Installs Chromium where it is missing. */
export async function ensureChromium(): Promise<void> {
  const isThere = await runCommand(program, ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  );
  if (isThere) return;
  const install = ['install', '--yes', '--no-install-recommends', '-oDPkg::Lock::Timeout=120', ...packages];
  if ((await runCommand('apt-get', install)).code === 0) return;
  await runSuccessfully('apt-get', ['update']);
  await runSuccessfully('apt-get', install);
}

/** Returns where Chromium is installed, for tools that start it themselves. */
export function chromiumPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const path = folders.map((folder) => join(folder, program)).find((each) => existsSync(each));
  if (path === undefined) throw new Error(`${program} is not installed.`);
  return path;
}

/** A browser of this machine, without a window and with a profile of its own. */
export class Chromium {
  /** Where its DevTools protocol is spoken. */
  readonly port: number;
  private readonly child: ChildProcess;
  private readonly profile: string;

  private constructor(child: ChildProcess, profile: string, port: number) {
    this.child = child;
    this.profile = profile;
    this.port = port;
  }

  /** Starts it with an empty page. */
  static async start(): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), 'poc chromium '));
    const child = spawn(
      program,
      [
        ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-first-run', '--disable-gpu'],
        // Tests run as root, in containers with a small /dev/shm.
        ...['--no-sandbox', '--disable-dev-shm-usage'],
        // What it asks for by itself is no request of a page.
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
        'about:blank',
      ],
      { stdio: 'ignore' },
    );
    const file = join(profile, 'DevToolsActivePort');
    for (const until = Date.now() + startTime; Date.now() < until && child.exitCode === null; await pause(50)) {
      const port = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
      if (port > 0) return new Chromium(child, profile, port);
    }
    child.kill('SIGKILL');
    throw new Error(`${program} did not start within ${startTime / 1000} s`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }
}
