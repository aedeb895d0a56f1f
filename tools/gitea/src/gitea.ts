import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildGitea } from '../../local-platform/src/platform.ts';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

/** The owner of the repositories. */
const owner = 'acme';
/** Gitea refuses to run as root; nobody (of this number on every Linux) has all the rights that it needs. */
const nobody = 65_534;
const patience = 180_000;

/** A forge of this test's own, on this machine: Gitea, with one user and a token of theirs. */
export class Gitea {
  /** A secret of this test alone. */
  readonly token: string;
  private readonly folder: string;
  private readonly port: number;
  private process: ChildProcess | undefined;

  private constructor(folder: string, port: number, token: string) {
    this.folder = folder;
    this.port = port;
    this.token = token;
  }

  /** Builds it, where that was not done before (3 minutes), and starts it. */
  static async start(): Promise<Gitea> {
    const program = await buildGitea();
    const folder = mkdtempSync(join(tmpdir(), 'poc-gitea-'));
    for (const name of ['gitea', 'templates', 'options', 'public'])
      cpSync(join(program, name), join(folder, name), { recursive: true });
    mkdirSync(join(folder, 'home'));
    const port = await freePort();
    writeFileSync(join(folder, 'app.ini'), settings(folder, port));
    if (process.getuid?.() === 0) await runSuccessfully('chown', ['--recursive', `${nobody}:${nobody}`, folder]);
    const run = (args: readonly string[]) => giteaCommand(folder, args);
    await run(['migrate']);
    const password = randomBytes(12).toString('hex');
    await run([
      'admin',
      'user',
      'create',
      `--username=${owner}`,
      `--password=${password}`,
      '--email=acme@localhost',
      '--admin',
      '--must-change-password=false',
    ]);
    const token = await run([
      'admin',
      'user',
      'generate-access-token',
      `--username=${owner}`,
      '--token-name=e2e',
      '--scopes=all',
      '--raw',
    ]);
    const gitea = new Gitea(folder, port, token);
    await gitea.resume();
    return gitea;
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Address of its API. */
  get api(): string {
    return `http://${this.host}/api/v1`;
  }

  /** Makes an empty repository. @returns its address, with the token in it, for git. */
  async createRepository(name: string): Promise<string> {
    await this.ask('POST', '/user/repos', { name, private: true });
    return `http://${owner}:${this.token}@${this.host}/${owner}/${name}.git`;
  }

  /** Waits until it has noticed the first push: it does so a moment after the push has ended. */
  async noticesPush(name: string): Promise<void> {
    const isEmpty = async () => ((await this.ask('GET', `/repos/${owner}/${name}`)) as { empty: boolean }).empty;
    while (await isEmpty()) await pause(50);
  }

  /** Sends a request to its API. @returns what it answers, parsed. */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `token ${this.token}`, 'content-type': 'application/json' };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${this.api}${path}`, { method, headers, ...init });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Ends it; what it holds stays. */
  async stop(): Promise<void> {
    const child = this.process;
    if (!child) return;
    this.process = undefined;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts it again, at the same address, and waits until it answers. */
  async resume(): Promise<void> {
    const child = spawn(join(this.folder, 'gitea'), ['web', ...configOf(this.folder)], {
      ...runningAsNobody(this.folder),
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    this.process = child;
    for (const deadline = Date.now() + patience; ; await pause(50)) {
      if (
        await this.ask('GET', '/version').then(
          () => true,
          () => false,
        )
      )
        return;
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`Gitea did not start: ${this.lastLines()}`);
    }
  }

  /** Ends it and takes all of it away. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private lastLines(): string {
    return readFileSync(join(this.folder, 'log', 'gitea.log'), 'utf8').slice(-2000);
  }
}

function giteaCommand(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(folder, 'gitea'), [...args, ...configOf(folder)], runningAsNobody(folder));
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => ((stdout += text), (output += text)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(stdout.trim()) : reject(new Error(`gitea ${args[0]}: ${output}`)),
    );
  });
}

function configOf(folder: string): string[] {
  return [`--config=${join(folder, 'app.ini')}`, `--work-path=${folder}`];
}

function runningAsNobody(folder: string) {
  const isRoot = process.getuid?.() === 0;
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), USER: 'nobody' };
  return { cwd: folder, env, ...(isRoot ? { uid: nobody, gid: nobody } : {}) };
}

function settings(folder: string, port: number): string {
  const user = process.getuid?.() === 0 ? 'nobody' : (process.env['USER'] ?? '');
  return `
RUN_USER = ${user}
RUN_MODE = prod
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = http://127.0.0.1:${port}/
STATIC_ROOT_PATH = ${folder}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'gitea.db')}
[repository]
ROOT = ${join(folder, 'repositories')}
[security]
INSTALL_LOCK = true
SECRET_KEY = ${randomBytes(32).toString('hex')}
[service]
DISABLE_REGISTRATION = true
[log]
MODE = file
LEVEL = warn
ROOT_PATH = ${join(folder, 'log')}
[cron]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
