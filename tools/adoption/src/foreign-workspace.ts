import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { kubectl, platform, repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import { runCommand, runSuccessfully, type CommandResult } from '../../scratch-workspace/src/run-command.ts';
import { cache } from './installed-once.ts';
import { nodeFolder, type NodeVersion } from './node-version.ts';
import { pathWith, type PackageManager } from './package-manager.ts';

const fixtures = join(repositoryRoot, 'tools/adoption/fixtures');

/** A workspace that knows nothing of this repository. */
interface Shape {
  readonly manager: PackageManager;
  /** Version of Nx. */
  readonly nx: string;
  /** Address of the registry that it installs from. */
  readonly registry: string;
  /** Where the service says what it is: in its folder, or at the root of a workspace that is one project. */
  readonly project: 'project.json' | 'package.json' | 'root';
  /** Version of Node.js; undefined for the one that runs the tests. */
  readonly node?: NodeVersion;
  /** Files of other services in the place of the one of the fixture, by path. */
  readonly files?: ReadonlyMap<string, string>;
}

/** An Nx workspace of somebody else: files as people have them, packages from a registry, and an origin. */
export class ForeignWorkspace {
  /** Identifies all that belongs to it in the cluster and the registry of images. */
  readonly id: string;
  readonly folder: string;
  private readonly temp: string;
  private readonly shape: Shape;
  private readonly env: NodeJS.ProcessEnv;

  private constructor(temp: string, shape: Shape, env: NodeJS.ProcessEnv) {
    this.temp = temp;
    this.folder = join(temp, 'shop');
    this.id = `foreign-${temp.slice(-6).toLowerCase()}`;
    this.shape = shape;
    this.env = env;
  }

  /** Makes one, and installs its packages. */
  static async create(shape: Shape): Promise<ForeignWorkspace> {
    const temp = mkdtempSync(join(tmpdir(), 'foreign-'));
    const workspace = new ForeignWorkspace(temp, shape, await environment(shape, temp));
    try {
      await workspace.fill();
    } catch (error) {
      rmSync(temp, { recursive: true, force: true });
      throw error;
    }
    return workspace;
  }

  private async fill(): Promise<void> {
    const { manager, nx, registry, project, files } = this.shape;
    const isKept = (path: string) => files === undefined || !path.startsWith(join(fixtures, 'shop/apps'));
    cpSync(join(fixtures, 'shop'), this.folder, { recursive: true, filter: isKept });
    for (const [path, text] of files ?? []) this.writeText(path, text);
    renameSync(join(this.folder, 'gitignore'), join(this.folder, '.gitignore'));
    for (const [name, text] of Object.entries(manager.settings(registry))) writeFileSync(join(this.folder, name), text);
    const workspaces = project === 'package.json' && manager.name !== 'pnpm' ? { workspaces: ['apps/*'] } : {};
    this.write('package.json', {
      ...{ name: 'shop-workspace', version: '0.0.0', private: true, ...workspaces },
      devDependencies: { '@nx/devkit': nx, nx },
    });
    if (project === 'package.json') this.moveProject();
    if (project === 'root') this.moveToRoot();
    await this.run([...manager.install]);
    await this.git('init', '--quiet', '--initial-branch=main');
    await this.git('config', 'user.name', 'Somebody');
    await this.git('config', 'user.email', 'somebody@example.test');
    await this.git('init', '--quiet', '--bare', '--initial-branch=main', '../origin.git');
    await this.git('remote', 'add', 'origin', '../origin.git');
    await this.commit('feat: a shop');
  }

  /** Targets in package.json, under a name with a scope, as Nx makes projects today. */
  private moveProject(): void {
    const { targets } = JSON.parse(this.read('apps/shop/project.json')) as { targets: object };
    rmSync(join(this.folder, 'apps/shop/project.json'));
    this.write('apps/shop/package.json', { name: '@org/shop', version: '0.0.0', private: true, nx: { targets } });
  }

  /** The service alone: what Nx calls a standalone workspace. */
  private moveToRoot(): void {
    cpSync(join(this.folder, 'apps/shop'), this.folder, { recursive: true });
    rmSync(join(this.folder, 'apps'), { recursive: true });
    // Else all of the workspace would go to the builder, and what git ignores of it is refused.
    this.writeText('.dockerignore', '*\n!server.cjs\n');
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Writes a file, and the folders above it. */
  writeText(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Writes a file of JSON. */
  write(path: string, value: object): void {
    writeFileSync(join(this.folder, path), `${JSON.stringify(value, undefined, 2)}\n`);
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  /** Returns the same workspace, whose programs see further variables. */
  with(variables: NodeJS.ProcessEnv): ForeignWorkspace {
    return new ForeignWorkspace(this.temp, this.shape, { ...this.env, ...variables });
  }

  /** Runs a program of its packages, whatever the exit code. */
  exec(...argv: readonly string[]): Promise<CommandResult> {
    return this.start([...this.shape.manager.exec, ...argv]);
  }

  /** The same of one that must succeed. @throws {Error} with its output. */
  async succeed(...argv: readonly string[]): Promise<string> {
    const { code, output } = await this.exec(...argv);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }

  /** Installs again, after a change of package.json. */
  async install(): Promise<void> {
    await this.run([...this.shape.manager.install]);
  }

  /** Returns the Node.js that its programs run on: `v24.1.0`. */
  async nodeVersion(): Promise<string> {
    return (await this.start(['node', '--version'])).stdout.trim();
  }

  async git(...args: string[]): Promise<string> {
    return runSuccessfully('git', args, { cwd: this.folder });
  }

  async commit(subject: string): Promise<void> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', `--message=${subject}`);
    await this.git('push', '--quiet', 'origin', 'HEAD:main');
  }

  /** Returns what differs from the last commit. */
  changes(): Promise<string> {
    return this.git('status', '--porcelain');
  }

  /** Removes it, with what it has in the cluster. */
  async remove(): Promise<void> {
    await kubectl(['delete', 'namespace', this.id, '--ignore-not-found', '--wait=false']);
    rmSync(this.temp, { recursive: true, force: true });
  }

  private async run(argv: readonly string[]): Promise<void> {
    const { code, output } = await this.start(argv);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${output}`);
  }

  private start([program, ...args]: readonly string[]): Promise<CommandResult> {
    return runCommand(program!, args, { cwd: this.folder, env: this.env });
  }
}

/** Nothing of what runs the tests may be seen: neither its registry nor that it is a CI, nor how it sets Nx. */
async function environment({ manager, node }: Shape, temp: string): Promise<NodeJS.ProcessEnv> {
  const hidden = Object.keys(process.env).filter((name) => /^(npm_|NX_|CI$|JEST_|NODE_ENV$|POC_)/i.test(name));
  const { kubeconfig } = await platform();
  return {
    ...Object.fromEntries(hidden.map((name) => [name, undefined])),
    PATH: [...(node === undefined ? [] : [await nodeFolder(node)]), await pathWith(manager)].join(delimiter),
    KUBECONFIG: kubeconfig,
    NX_DAEMON: 'false',
    NX_SKIP_PROVENANCE_CHECK: 'true',
    NX_MIGRATE_USE_LOCAL: 'true',
    NX_USE_LOCAL: 'true',
    // Neither settings nor a cache of the person's own.
    npm_config_userconfig: join(temp, 'user.npmrc'),
    npm_config_cache: join(cache, 'npm'),
    XDG_DATA_HOME: join(temp, 'data'),
    YARN_ENABLE_GLOBAL_CACHE: 'false',
  };
}
