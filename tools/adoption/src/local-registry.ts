import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';
import { cache, installOnce } from './installed-once.ts';

/** 6.8 is the last that runs on Node 20; the node-fetch that it asks for has an advisory. */
const program = { dependencies: { verdaccio: '6.8.0' }, overrides: { 'node-fetch': '2.7.0' } };

/** Milliseconds for it to answer; it takes three seconds. */
const patience = 120_000;

/**
 * A registry of packages on this machine: packages of our scope are published to it, and asked for nowhere else; all others come
 * from the registry that npm is set to, once, so that a second run needs no network.
 */
export class LocalRegistry {
  readonly url: string;
  private readonly process: ChildProcess;
  private readonly temp: string;
  private readonly own: string;

  private constructor(url: string, process: ChildProcess, temp: string, own: string) {
    this.url = url;
    this.process = process;
    this.temp = temp;
    this.own = own;
  }

  /** Starts one; installs it before where it was not yet. @throws {Error} with its output when it does not answer. */
  static async start(): Promise<LocalRegistry> {
    const folder = await installOnce(`verdaccio-${program.dependencies.verdaccio}`, program);
    const verdaccio = join(folder, 'node_modules/verdaccio/bin/verdaccio');
    const temp = mkdtempSync(join(tmpdir(), 'adoption-registry-'));
    // What is published is of this run, and must not be met by the next.
    const own = `own-${process.pid}-${Date.now()}`;
    const uplink = (await runSuccessfully('npm', ['config', 'get', 'registry'], { cwd: homedir() })).trim();
    const port = await freePort();
    writeFileSync(join(temp, 'config.yaml'), settings(uplink, own));
    const child = spawn(process.execPath, [verdaccio, '--config', 'config.yaml', '--listen', `127.0.0.1:${port}`], {
      cwd: temp,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
    const registry = new LocalRegistry(`http://127.0.0.1:${port}/`, child, temp, own);
    if (await registry.answers()) return registry;
    await registry.stop();
    throw new Error(`The registry did not start:\n${output}`);
  }

  /** Publishes a package that was built, under another version. @param tag by which installers find it. */
  async publish(folder: string, version: string, tag = 'latest'): Promise<void> {
    const copy = mkdtempSync(join(this.temp, 'package-'));
    cpSync(folder, copy, { recursive: true });
    const path = join(copy, 'package.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...manifest, version }));
    writeFileSync(join(copy, '.npmrc'), npmSettings(this.url));
    await runSuccessfully('npm', ['publish', '--tag', tag, '--provenance=false'], { cwd: copy });
  }

  /** Stops it, and removes what was published. */
  async stop(): Promise<void> {
    // It writes until it has ended, and a folder that is written to cannot be removed.
    const hasEnded = this.process.exitCode !== null || this.process.signalCode !== null;
    const ended = hasEnded ? undefined : once(this.process, 'exit');
    this.process.kill();
    await ended;
    rmSync(this.temp, { recursive: true, force: true });
    rmSync(join(cache, 'storage', this.own), { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    const deadline = Date.now() + patience;
    while (Date.now() < deadline && this.process.exitCode === null) {
      const isUp = await fetch(`${this.url}-/ping`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  }
}

/** Returns what an .npmrc says to use a registry, and no other. */
export function npmSettings(url: string): string {
  const { host } = new URL(url);
  return `registry=${url}\n//${host}/:_authToken=anybody\nfund=false\naudit=false\n`;
}

function settings(uplink: string, own: string): string {
  const everybody = { access: '$all', publish: '$all', unpublish: '$all' };
  return JSON.stringify({
    storage: join(cache, 'storage'),
    uplinks: { upstream: { url: uplink, timeout: '60s', maxage: '30d', max_fails: 100, fail_timeout: '1s' } },
    packages: {
      '@poc/*': { ...everybody, storage: own },
      '**': { ...everybody, proxy: 'upstream' },
    },
    auth: { htpasswd: { file: './htpasswd', max_users: -1 } },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
  });
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
