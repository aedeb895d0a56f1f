import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { atTerminal, type TypedAnswer } from './at-terminal.ts';
import { deployerManifest, tokenOf, writeAdministratorKubeconfig, writeKubeconfig } from './cluster-account.ts';
import { ExecutorHost } from './executor-host.ts';
import { floorManifests, nodesManifest, removeNodesRights, removePolicies } from './floor.ts';
import { kubectl, platform, repositoryRoot } from './platform.ts';
import { runSuccessfully, startCommand, type CommandResult, type RunningCommand } from './run-command.ts';

/** Services that the repository comes with. */
export const services = ['orders', 'payments', 'inventory'] as const;

/** Environments that the repository comes with. */
const environments = ['dev', 'preprod', 'prod'] as const;

interface ScratchOptions {
  /**
   * As whom Nx enters the environments: as the account that is shipped for deployers in each of them, under the policies
   * that are shipped with it, unless a suite does what that one may not, with the reason beside it.
   */
  readonly account?: 'deployer' | 'administrator';
  /**
   * The slow parts of a release, which scratch workspaces omit unless a suite is about them, or measures:
   * `checks` are the services' own lint (`api-lint`, too) and tests before it, `preStop` is how long pods that go still serve, `stores` are
   * the databases of payments and inventory: without them, these keep what they have in memory.
   */
  readonly keep?: readonly ('checks' | 'preStop' | 'stores')[];
}

/** A checkout of the workspace of its own: with an origin, namespaces and a corner of the registry that only it uses. */
export class ScratchWorkspace {
  /** Identifies all that belongs to it: `e2e-release-1a2b`. */
  readonly id: string;
  /** The checkout. */
  readonly folder: string;
  /** The bare repository. */
  readonly origin: string;
  private readonly temp: string;
  private host: ExecutorHost | undefined;
  /** True when the host of executors has to read the project graph again. */
  private mayHaveChanged = true;

  private constructor(id: string, temp: string, folder: string) {
    this.id = id;
    this.temp = temp;
    this.folder = folder;
    this.origin = join(temp, 'origin.git');
  }

  /**
   * Clones what is checked out here, with the changes that no commit holds yet, and points its environments at
   * namespaces of their own.
   * @param name part of the folder's name; blanks are welcome.
   */
  static async create(
    name: string,
    { keep = [], account = 'deployer' }: ScratchOptions = {},
  ): Promise<ScratchWorkspace> {
    const temp = mkdtempSync(join(tmpdir(), `poc e2e ${name} `));
    const id = `e2e-${temp
      .slice(-6)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '0')}`;
    const workspace = new ScratchWorkspace(id, temp, join(temp, 'checkout'));
    await workspace.git(['clone', '--quiet', '--no-hardlinks', repositoryRoot, workspace.folder], temp);
    await workspace.takeUncommitted();
    workspace.linkPackages();
    await workspace.identify();
    await workspace.isolate(account);
    workspace.leaveOutTools();
    if (!keep.includes('checks')) workspace.leaveOutChecks();
    if (!keep.includes('preStop')) workspace.shortenPreStop();
    if (!keep.includes('stores')) workspace.leaveOutStores();
    await runSuccessfully('git', ['init', '--quiet', '--bare', '--initial-branch=main', workspace.origin]);
    await workspace.git(['checkout', '--quiet', '-B', 'main']);
    await workspace.git(['remote', 'set-url', 'origin', workspace.origin]);
    await workspace.commit('test: a workspace for this test');
    await workspace.git(['push', '--quiet', '--set-upstream', 'origin', 'main']);
    return workspace;
  }

  /** A workspace that was made before and not removed. @param folder its checkout. */
  static existing(folder: string): ScratchWorkspace {
    const file = readFileSync(join(folder, 'Infrastructure/environments/dev.yaml'), 'utf8');
    const id = /^namespace: (.*)-dev$/m.exec(file)?.[1];
    if (id === undefined) throw new Error(`${folder} is no workspace of a test.`);
    return new ScratchWorkspace(id, dirname(folder), folder);
  }

  /** Another checkout of the same origin. @param cloneOptions for git. */
  async clone(folder: string, cloneOptions: readonly string[] = []): Promise<ScratchWorkspace> {
    const clone = new ScratchWorkspace(this.id, this.temp, join(this.temp, folder));
    await this.git(['clone', '--quiet', ...cloneOptions, `file://${this.origin}`, clone.folder], this.temp);
    clone.linkPackages();
    await clone.identify();
    return clone;
  }

  /** Another folder, beside the checkout, that stands for one. */
  at(folder: string): ScratchWorkspace {
    return new ScratchWorkspace(this.id, this.temp, folder);
  }

  /** Namespace of an environment. */
  namespace(environment: string): string {
    return `${this.id}-${environment}`;
  }

  /** Path of a kubeconfig that enters an environment as who deploys there, and no other. */
  kubeconfig(environment: string): string {
    return join(this.temp, `${environment}.kubeconfig`);
  }

  /** Path of a kubeconfig that enters the environments, by their contexts, as the platform's administrator. */
  get administratorKubeconfig(): string {
    return join(this.temp, 'administrator.kubeconfig');
  }

  /** Name under which the gateway knows the routes of preprod. */
  get hostname(): string {
    return `${this.id}.localhost`;
  }

  /** Host and path of its images. */
  async registry(): Promise<string> {
    return `${(await platform()).registry}/${this.id}`;
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    this.mayHaveChanged = true;
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Replaces a text in a file, which must be there. */
  edit(path: string, from: string | RegExp, to: string): void {
    const before = this.read(path);
    if (typeof from === 'string' ? !before.includes(from) : !from.test(before))
      throw new Error(`${path} has no ${from}.`);
    this.write(path, before.replace(from, to));
  }

  /**
   * Commits all changes, and pushes them where the main branch is checked out: only what the origin's main branch has is
   * released. A clone that is behind it stays that. @returns the commit's name.
   */
  async commit(message: string): Promise<string> {
    await this.git(['add', '--all']);
    await this.git(['commit', '--quiet', '--allow-empty', '--message', message]);
    const isMain = (await this.git(['rev-parse', '--abbrev-ref', 'HEAD'])).trim() === 'main';
    if (isMain) await this.git(['push', '--quiet', 'origin', 'HEAD']).catch(() => undefined);
    return this.git(['rev-parse', 'HEAD']);
  }

  /** Brings all files back to what they were in a commit, by a new one: what was pushed stays in the history. */
  async restore(commit: string): Promise<void> {
    await this.git(['read-tree', '--reset', '-u', commit.trim()]);
    await this.git(['clean', '--quiet', '-fd', '--exclude=node_modules']);
    await this.commit('chore: as it was before');
  }

  git(args: readonly string[], cwd = this.folder): Promise<string> {
    if (!/^(rev-parse|ls-remote|for-each-ref|log|show|tag|push|config|remote|commit|add)$/.test(args[0] ?? ''))
      this.mayHaveChanged = true;
    return runSuccessfully('git', args, { cwd });
  }

  /** Names of the origin's tags and reserved numbers, with what they point to. */
  async originRefs(): Promise<string> {
    return this.git(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/tags', 'refs/builds'], this.origin);
  }

  /** Runs Nx as a user would. @param cwd relative to the checkout. */
  async nx(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<CommandResult> {
    return (await this.startNx(args, options)).ended;
  }

  /** Begins to run Nx. */
  async startNx(
    args: readonly string[],
    { cwd = '.', env = {}, ownGroup = false }: { cwd?: string; env?: NodeJS.ProcessEnv; ownGroup?: boolean } = {},
  ): Promise<RunningCommand> {
    this.mayHaveChanged = true; // A generator's files are projects.
    return startCommand(process.execPath, [join(this.folder, 'node_modules/nx/dist/bin/nx.js'), ...args], {
      cwd: join(this.folder, cwd),
      env: { ...this.variables(), ...env },
      ownGroup,
    });
  }

  /**
   * Runs a task of the plugin, and what it depends on, as Nx would, but for starting Nx, which takes 1.5 s of processor
   * time: one at a time, and without what Nx prints around it. What is about Nx itself, `nx` is for.
   * @param args as `nx` takes them: `['run', 'payments:status', '--json']`.
   */
  async task(args: readonly string[], { env = {} }: { env?: NodeJS.ProcessEnv } = {}): Promise<CommandResult> {
    const [command, id = '', ...argv] = args;
    const [project = '', target = ''] = id.split(':');
    if (command !== 'run') throw new Error(`nx ${args.join(' ')} runs no task of one project.`);
    this.host ??= new ExecutorHost(this.folder, this.variables());
    const isFresh = this.mayHaveChanged;
    this.mayHaveChanged = false;
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? null]));
    return this.host.run({ project, target, argv, env: own, isFresh });
  }

  /** Runs a task that must succeed. @returns both outputs. */
  async taskSuccessfully(...request: Parameters<ScratchWorkspace['task']>): Promise<string> {
    const { code, output } = await this.task(...request);
    if (code === 0) return output;
    throw new Error(`${request[0].join(' ')} ended with ${code}:\n${output}`);
  }

  /**
   * Does what somebody approves of: shows the plans, and applies these, as a CI does before its gate and behind it.
   * @param args without `--approve`; of one task, or of many. @returns both outputs of the second run, which must succeed.
   */
  async approved(
    args: readonly string[],
    { gate = 'prod approvers', env = {} }: { readonly gate?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<string> {
    const plans = await this.plansOf(args, { env });
    const approving = plans.length === 0 ? [] : [`--approve=${plans.join(',')}`];
    return this.succeeds([...args, ...approving], { env: { POC_APPROVAL_GATE: gate, ...env } });
  }

  /** Runs lines as a user types them into a shell; ends with the first that fails. */
  async shell(lines: string): Promise<CommandResult> {
    const options = { cwd: this.folder, env: this.variables() };
    return (await startCommand('bash', ['-e', '-o', 'pipefail', '-c', lines], options)).ended;
  }

  /** Runs a command at a terminal, as who is there and in no CI, where a question is answered. */
  async atTerminal(command: string, answer: TypedAnswer): Promise<CommandResult> {
    const env = { ...process.env, ...this.variables(), CI: undefined };
    return atTerminal(command, answer, { cwd: this.folder, env });
  }

  /** Returns the ids of the plans that a dry run shows, which must succeed. */
  async plansOf(args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv } = {}): Promise<string[]> {
    const shown = await this.succeeds([...args, '--dry-run'], options);
    return [...new Set(shown.match(/plan-[0-9a-f]{32}/g))];
  }

  private succeeds(args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv }): Promise<string> {
    return args[0] === 'run' ? this.taskSuccessfully(args, options) : this.nxSuccessfully(args, options);
  }

  /** Runs Nx where it must succeed. @returns both outputs. */
  async nxSuccessfully(args: readonly string[], options: Parameters<ScratchWorkspace['nx']>[1] = {}): Promise<string> {
    const { code, output } = await this.nx(args, options);
    if (code === 0) return output;
    throw new Error(`nx ${args.join(' ')} ended with ${code}:\n${output}`);
  }

  /** Gives a checkout the packages of the repository that is tested; installing them again would take a minute. */
  linkPackages(): void {
    symlinkSync(join(repositoryRoot, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Takes it away: folder, namespaces. */
  async remove(): Promise<void> {
    const namespaces = environments.map((environment) => this.namespace(environment));
    await kubectl(['delete', 'namespace', '--ignore-not-found', '--wait=false', ...namespaces]);
    await removePolicies(namespaces);
    await removeNodesRights(namespaces);
    // What it provisioned is recorded beside its namespaces.
    const selector = `--selector=poc.dev/provisioning-of in (${namespaces.join(', ')})`;
    const leases = namespaces.map((namespace) => `poc-${namespace}`);
    const kept = ['--namespace=poc-provisioning', '--ignore-not-found'];
    await kubectl(['delete', 'controllerrevisions', ...kept, selector]);
    await kubectl(['delete', 'leases', ...kept, ...leases]);
    this.host?.end();
    rmSync(this.temp, { recursive: true, force: true });
  }

  private async takeUncommitted(): Promise<void> {
    const list = ['ls-files', '-z', '--modified', '--others', '--exclude-standard'];
    const paths = (await runSuccessfully('git', list, { cwd: repositoryRoot }))
      .split('\0')
      .filter((path) => path !== '');
    for (const path of new Set(paths)) {
      const source = join(repositoryRoot, path);
      if (existsSync(source)) cpSync(source, join(this.folder, path), { recursive: true });
      else rmSync(join(this.folder, path), { force: true });
    }
  }

  private async identify(): Promise<void> {
    await this.git(['config', 'user.name', 'End-to-end test']);
    await this.git(['config', 'user.email', 'e2e@localhost']);
  }

  private async isolate(account: 'deployer' | 'administrator'): Promise<void> {
    const { registry } = await platform();
    for (const environment of environments) {
      const path = `Infrastructure/environments/${environment}.yaml`;
      this.edit(path, /^namespace: .*$/m, `namespace: ${this.namespace(environment)}`);
      this.edit(path, /^registry: .*$/m, `registry: ${registry}/${this.id}`);
      // Each environment is entered by a context of its own, as clusters of their own would be.
      this.edit(path, /^ {2}context: .*$/m, `  context: ${this.namespace(environment)}`);
      // All suites share the gateway, which takes a path of one host once.
      this.write(path, this.read(path).replaceAll(`${environment}.localhost`, `${environment}-${this.hostname}`));
    }
    await this.makeEntrances(account);
    for (const service of services) {
      // The gateway tells the routes of this test from all others by the host's name.
      const overlay = this.read(`apps/${service}/k8s/prod.yaml`).replace('${ROUTE_HOSTNAME}', this.hostname);
      this.write(`apps/${service}/k8s/preprod.yaml`, overlay);
    }
  }

  /** Makes the namespaces, and the kubeconfigs by which Nx enters them. */
  private async makeEntrances(account: 'deployer' | 'administrator'): Promise<void> {
    const { registry } = await platform();
    const namespaces = environments.map((environment) => this.namespace(environment));
    const manifests = namespaces.flatMap((name) => [
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
      ...(account === 'deployer'
        ? [deployerManifest(name), nodesManifest(name), ...floorManifests(name, registry)]
        : []),
    ]);
    await kubectl(['create', '--filename=-'], manifests.join('\n---\n'));
    await writeAdministratorKubeconfig(this.administratorKubeconfig, namespaces);
    if (account === 'administrator') return;
    const entrances = await Promise.all(
      namespaces.map(async (context) => ({ context, token: await tokenOf('deployer', context, '4h') })),
    );
    for (const [index, environment] of environments.entries())
      await writeKubeconfig(this.kubeconfig(environment), [entrances[index]!]);
  }

  /** Returns the variables of whoever runs Nx here. */
  private variables(): NodeJS.ProcessEnv {
    const own = environments.map((environment) => this.kubeconfig(environment)).filter((path) => existsSync(path));
    const KUBECONFIG = own.length > 0 ? own.join(':') : this.administratorKubeconfig;
    return { CI: 'true', KUBECONFIG, NX_TUI: 'false', FORCE_COLOR: '0', ...withoutCi() };
  }

  /** Users have the product installed: their pipelines do not check its sources, which takes a minute. */
  private leaveOutTools(): void {
    const folders = ['tools', ...readdirSync(join(this.folder, 'tools')).map((name) => `tools/${name}`)];
    for (const folder of folders) {
      const path = `${folder}/project.json`;
      if (existsSync(join(this.folder, path))) this.leaveOut(path, ['lint', 'typecheck', 'test']);
    }
  }

  /** A release runs lint and tests of its service first, and with every change again. */
  private leaveOutChecks(): void {
    for (const service of services) {
      const path = `apps/${service}/project.json`;
      // That target is found by the plugin: no file has it.
      this.edit(path, /"targets": \{/, '"targets": { "api-lint": {},');
      this.leaveOut(path, ['lint', 'test', 'api-lint']);
    }
  }

  /** Makes targets of a project do nothing. */
  private leaveOut(path: string, targets: readonly string[]): void {
    const project = JSON.parse(this.read(path)) as { targets?: Record<string, unknown> };
    for (const target of targets) if (project.targets?.[target]) project.targets[target] = { executor: 'nx:noop' };
    this.write(path, `${JSON.stringify(project, undefined, 2)}\n`);
  }

  private leaveOutStores(): void {
    const paths = ['apps/payments-database', 'apps/inventory-store', 'apps/payments/k8s/jobs'];
    for (const path of paths) rmSync(join(this.folder, path), { recursive: true });
    rmSync(join(this.folder, 'Infrastructure/kubernetes/store-passwords.yaml'));
    this.leaveOutOfPipelines(['payments-database', 'inventory-store']);
    for (const service of ['payments', 'inventory']) {
      const path = `apps/${service}/k8s/deployment.yaml`;
      const manifest = parseDocument(this.read(path));
      const env = manifest.getIn(['spec', 'template', 'spec', 'containers', 0, 'env']);
      if (!isSeq(env)) throw new Error(`${path} has no env.`);
      const isOfStore = (name: string) => /^(DATABASE|REDIS)_/.test(name);
      env.items = env.items.filter((item) => !isMap(item) || !isOfStore(String(item.get('name'))));
      this.write(path, manifest.toString({ lineWidth: 0 }));
    }
  }

  /** What `nx sync` would do, without reading the project graph, in a second less. */
  private leaveOutOfPipelines(names: readonly string[]): void {
    const any = `(?:${names.join('|')})`;
    for (const folder of ['.github/workflows', 'Infrastructure/pipelines', 'Infrastructure/pipelines/templates']) {
      for (const file of readdirSync(join(this.folder, folder)).filter((name) => name.endsWith('.yml'))) {
        const path = `${folder}/${file}`;
        const text = this.read(path)
          // In Azure Pipelines, a resource: what follows it is indented further.
          .replaceAll(new RegExp(`^( *)- pipeline: ${any}\\n(?:\\1 .*\\n)*`, 'gm'), '')
          .replaceAll(new RegExp(`^ *- ${any}\\n`, 'gm'), '')
          // All services that are left have an API to publish.
          .replaceAll(/^ *condition: and\(succeeded\(\), in\('\$\{\{ parameters\.service .*\n/gm, '');
        this.write(path, text);
      }
    }
  }

  private shortenPreStop(): void {
    for (const environment of environments)
      this.edit(`Infrastructure/environments/${environment}.yaml`, /PRE_STOP_SECONDS: .*$/m, 'PRE_STOP_SECONDS: 1');
  }
}

/** A CI's own variables would make these runs look like runs of its own. */
function withoutCi(): NodeJS.ProcessEnv {
  const names = Object.keys(process.env).filter((name) =>
    /^(GITHUB_|BUILD_|SYSTEM_|TF_BUILD|GITLAB_|CI_|BUILDKITE|JENKINS_|NX_)/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
