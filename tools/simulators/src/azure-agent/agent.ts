import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { lt, satisfies, validRange } from 'semver';
import { runCommand } from '../../../scratch-workspace/src/run-command.ts';
import { npmWithoutInstall } from '../../../scratch-workspace/src/npm-without-install.ts';
import { warmCaches } from '../../../scratch-workspace/src/warm-caches.ts';
import { findPython } from '../tool-cache.ts';
import { evaluate, isTrue } from './expression.ts';
import { loggingCommandOf } from './logging-commands.ts';
import { cacheKey, PackageCache } from './package-cache.ts';
import type { Checkout, Job, Step } from './parse-pipeline.ts';
import { Variables } from './variables.ts';

/** How a step, a job, a stage or a run ended. */
export type Outcome = 'Succeeded' | 'SucceededWithIssues' | 'Failed' | 'Skipped';

/** The repository, variables and files of a job. */
export interface JobContext {
  /** Address of the repository that is checked out. */
  readonly remote: string;
  readonly commit: string;
  /** Folder of the packages that `npm ci` would install. */
  readonly packages: string;
  /** Folder of programs that are found before the machine's own. */
  readonly programs: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Files of the project's library, by name. */
  readonly secureFiles: Readonly<Record<string, string>>;
  /** Folder that keeps the artifacts of the run. */
  readonly artifacts: string;
  /** Folder of what jobs of the same pipeline keep between runs. */
  readonly caches: string;
  /** Folders with the artifacts of other runs, by the alias of their pipeline. */
  readonly otherArtifacts: Readonly<Record<string, string | undefined>>;
}

/** The result of a job. */
export interface JobReport {
  readonly outcome: Outcome;
  /** By step and name: `outdated.services`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Tags that it gave the run. */
  readonly tags: readonly string[];
  readonly log: string;
}

/** Runs the steps of a job on this machine, in folders that are its alone, with the variables of Azure Pipelines. */
export async function runJob(job: Job, context: JobContext): Promise<JobReport> {
  const folder = mkdtempSync(join(tmpdir(), 'poc azure agent '));
  try {
    return await new Agent(folder, context).work(job.steps);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Turns Go's telemetry off, as `go telemetry off` does. */
function turnOffTelemetry(home: string): void {
  const settings = join(home, '.config/go/telemetry');
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'mode'), 'off');
}

class Agent {
  private readonly folder: string;
  private readonly context: JobContext;
  private readonly variables: Variables;
  private readonly path: string[];
  private readonly outputs: Record<string, string> = {};
  private readonly tags: string[] = [];
  /** Folders that are kept when the job has ended well, by the key of their cache. */
  private readonly kept = new Map<string, string>();
  private readonly cache: PackageCache;
  private log = '';

  constructor(folder: string, context: JobContext) {
    this.folder = folder;
    this.context = context;
    this.cache = new PackageCache(context.caches);
    for (const name of ['s', 'a', 'b', 'temp', 'home']) mkdirSync(join(folder, name));
    // Its process would still write below the home when that is taken away.
    turnOffTelemetry(join(folder, 'home'));
    this.variables = new Variables({ ...this.agentDirectories(), ...context.variables }, context.secrets);
    const npm = npmWithoutInstall(join(folder, 'tools'), context.packages);
    const { programs } = context;
    this.path = [
      npm,
      ...(programs === undefined ? [] : [programs]),
      dirname(process.execPath),
      process.env['PATH'] ?? '',
    ];
  }

  async work(steps: readonly Step[]): Promise<JobReport> {
    let outcome: Outcome = 'Succeeded';
    for (const step of steps) {
      if (!step.enabled || !this.holds(step.condition, outcome)) {
        this.say(`--- ${step.label}: skipped`);
        continue;
      }
      this.say(`--- ${step.label}`);
      const isDone = await this.do(step);
      if (!isDone && !step.continueOnError) outcome = 'Failed';
      else if (!isDone && outcome === 'Succeeded') outcome = 'SucceededWithIssues';
    }
    if (outcome === 'Succeeded' && !this.keepPackages()) outcome = 'Failed';
    return { outcome, outputs: this.outputs, tags: this.tags, log: this.log };
  }

  /** @returns whether every folder is there; the task fails its job otherwise. */
  private keepPackages(): boolean {
    for (const [key, path] of this.kept) {
      if (!existsSync(path)) {
        this.say(`Cache@2: there is no folder ${path} to keep.`);
        return false;
      }
      this.cache.save(key, path);
    }
    return true;
  }

  private agentDirectories(): Record<string, string> {
    const at = (name: string) => join(this.folder, name);
    return {
      'Agent.BuildDirectory': this.folder,
      'Agent.HomeDirectory': at('home'),
      'Agent.Name': 'simulated',
      'Agent.OS': 'Linux',
      'Agent.TempDirectory': at('temp'),
      'Agent.WorkFolder': this.folder,
      'Build.ArtifactStagingDirectory': at('a'),
      'Build.BinariesDirectory': at('b'),
      'Build.SourcesDirectory': at('s'),
      'Build.StagingDirectory': at('a'),
      'Pipeline.Workspace': this.folder,
      'System.DefaultWorkingDirectory': at('s'),
    };
  }

  private holds(condition: string | undefined, outcome: Outcome): boolean {
    const isFine = outcome !== 'Failed';
    const operations = {
      succeeded: () => isFine,
      failed: () => !isFine,
      succeededOrFailed: () => true,
      always: () => true,
      canceled: () => false,
    };
    const objects = { variables: this.variables.values() };
    return isTrue(evaluate(condition ?? 'succeeded()', { objects, strict: [], operations }));
  }

  private async do(step: Step): Promise<boolean> {
    switch (step.kind) {
      case 'checkout':
        return step.options === undefined || this.checkout(step.options);
      case 'script':
        return this.script(step, step.script, step.workingDirectory);
      case 'publish':
        return this.publish(step.path, step.artifact);
      case 'download':
        return this.download(step.pipeline, step.artifact);
      case 'task':
        return this.task(step, step.task, step.inputs);
    }
  }

  private async checkout({ fetchDepth, fetchTags, persistCredentials }: Checkout): Promise<boolean> {
    const { remote: url, commit } = this.context;
    const found = `refs/remotes/origin/${commit}`;
    const fetch = ['fetch', '--quiet', '--force', fetchTags ? '--tags' : '--no-tags', '--prune'];
    const depth = fetchDepth === 0 ? [] : [`--depth=${fetchDepth}`];
    const all = fetchDepth === 0 ? [[...fetch, 'origin', '+refs/heads/*:refs/remotes/origin/*']] : [];
    const commands = [
      ['init', '--quiet'],
      ['remote', 'add', 'origin', url],
      ...all,
      [...fetch, ...depth, 'origin', `+${commit}:${found}`],
      ['checkout', '--quiet', '--force', found],
      // An origin that asks for credentials answers nobody who has none any more.
      ...(persistCredentials ? [] : [['remote', 'set-url', 'origin', `${url}/credentials-are-gone`]]),
    ];
    for (const args of commands) if (!(await this.run('git', args))) return false;
    return true;
  }

  /** As the agent runs it: a file for bash, which goes on after a command that failed unless the script says otherwise. */
  private async script(step: Step, script: string, workingDirectory: string | undefined): Promise<boolean> {
    const file = join(this.folder, 'temp', `script-${readdirSync(join(this.folder, 'temp')).length}.sh`);
    writeFileSync(file, this.variables.expand(script));
    const within = this.variables.expand(workingDirectory ?? '');
    const cwd = isAbsolute(within) ? within : join(this.folder, 's', within);
    return this.run('bash', ['--noprofile', '--norc', file], { cwd, step });
  }

  private publish(path: string, artifact: string): boolean {
    const source = this.absolute(path);
    if (!existsSync(source)) {
      this.say(`There is no ${source}.`);
      return false;
    }
    const target = join(this.context.artifacts, this.variables.expand(artifact));
    // An artifact is a folder; a file lies in it under its own name.
    cpSync(source, statSync(source).isDirectory() ? target : join(target, basename(source)), { recursive: true });
    return true;
  }

  private download(pipeline: string, artifact: string | undefined): boolean {
    if (pipeline === 'none') return true;
    const { artifacts, otherArtifacts } = this.context;
    const from = pipeline === 'current' ? artifacts : otherArtifacts[pipeline];
    if (from === undefined) throw new Error(`download: there is no run of ${pipeline}.`);
    const own = pipeline === 'current' ? this.folder : join(this.folder, pipeline);
    const source = join(from, artifact ?? '');
    if (!existsSync(source)) return false;
    cpSync(source, join(own, artifact ?? ''), { recursive: true });
    return true;
  }

  private task(step: Step, task: string, given: Readonly<Record<string, string>>): Promise<boolean> | boolean {
    const inputs = new Inputs(task, given, this.variables);
    switch (task) {
      case 'NodeTool@0':
        inputs.only('versionSpec');
        return this.has('node', ['--version'], inputs.needed('versionSpec'), satisfies);
      case 'GoTool@0':
        inputs.only('version');
        return this.useGo(inputs.needed('version'));
      case 'UsePythonVersion@0':
        inputs.only('versionSpec');
        return this.usePython(inputs.needed('versionSpec'));
      case 'UseDotNet@2':
        inputs.only('packageType', 'version').is('packageType', 'sdk');
        return this.has('dotnet', ['--version'], inputs.needed('version'), satisfies);
      case 'Cache@2':
        inputs.only('key', 'path');
        return this.keep(inputs.needed('key'), this.absolute(inputs.needed('path')));
      case 'KubeloginInstaller@0':
        inputs.only();
        return this.run('kubelogin', ['--version']);
      case 'DownloadSecureFile@1':
        inputs.only('secureFile');
        return this.secureFile(step.name, inputs.needed('secureFile'));
      case 'AzureCLI@2':
        inputs.only('azureSubscription', 'scriptType', 'scriptLocation', 'inlineScript', 'workingDirectory');
        inputs.is('scriptType', 'bash').is('scriptLocation', 'inlineScript').needed('azureSubscription');
        return this.script(step, inputs.needed('inlineScript'), inputs.given('workingDirectory'));
      default:
        throw new Error(`The task ${task} is not supported.`);
    }
  }

  /** A newer Go builds what an older one does; the task would fetch the very version. */
  private useGo(version: string): Promise<boolean> | boolean {
    if (/^\d+\.\d+\.\d+$/.test(version))
      return this.has('go', ['version'], version, (found, wanted) => !lt(found, wanted));
    this.say(`GoTool@0: there is no archive of Go ${version}.`);
    return false;
  }

  private usePython(range: string): Promise<boolean> {
    if (validRange(range) === null) throw new Error(`UsePythonVersion@0: ${range} is no range of versions.`);
    const folder = findPython(range);
    if (folder !== undefined) this.path.unshift(folder);
    return this.has('python3', ['--version'], range, satisfies);
  }

  /** Sees that the machine has a tool in a version. */
  private async has(
    tool: string,
    args: readonly string[],
    wanted: string,
    isEnough: (found: string, wanted: string) => boolean,
  ): Promise<boolean> {
    const before = this.log.length;
    if (!(await this.run(tool, args))) return false;
    const found = /\d+\.\d+(?:\.\d+)?/.exec(this.log.slice(before))?.[0] ?? '';
    const version = found.split('.').length === 2 ? `${found}.0` : found;
    if (isEnough(version, wanted)) return true;
    this.say(`This machine has ${tool} ${version}, and not ${wanted}.`);
    return false;
  }

  private keep(written: string, path: string): boolean {
    const key = cacheKey(this.variables.expand(written), join(this.folder, 's'));
    this.kept.set(key, path);
    this.say(this.cache.restore(key, path) ? `restored ${path}` : `nothing is kept for ${path} yet`);
    return true;
  }

  private secureFile(step: string | undefined, name: string): boolean {
    const source = this.context.secureFiles[name];
    if (source === undefined) {
      this.say(`The library has no secure file ${name}.`);
      return false;
    }
    const target = join(this.folder, 'temp', name);
    cpSync(source, target);
    if (step !== undefined) this.variables.set(`${step}.secureFilePath`, target);
    return true;
  }

  private absolute(path: string): string {
    const expanded = this.variables.expand(path);
    return isAbsolute(expanded) ? expanded : join(this.folder, 's', expanded);
  }

  private async run(
    command: string,
    args: readonly string[],
    { cwd = join(this.folder, 's'), step }: { cwd?: string; step?: Step } = {},
  ): Promise<boolean> {
    const { code, output } = await runCommand(command, args, { cwd, env: this.environment(step) });
    this.say(output.trimEnd());
    const isCompleted = output
      .split('\n')
      .map((line) => this.handleLoggingCommand(line, step))
      .every((fine) => fine);
    if (code !== 0) this.say(`${command} ended with ${code}.`);
    return code === 0 && isCompleted;
  }

  /** Nothing of the environment in which the test runs reaches a job. */
  private environment(step: Step | undefined): NodeJS.ProcessEnv {
    const none = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    const own = Object.entries(step?.env ?? {}).map(([name, value]) => [name, this.variables.expand(value)] as const);
    return {
      ...none,
      ...this.variables.environment(),
      ...warmCaches(),
      HOME: join(this.folder, 'home'),
      LANG: 'C.UTF-8',
      PATH: this.path.join(delimiter),
      TMPDIR: join(this.folder, 'temp'),
      ...Object.fromEntries(own),
    };
  }

  /** Handles a logging command. @returns whether it leaves the step a success. */
  private handleLoggingCommand(line: string, step: Step | undefined): boolean {
    const command = loggingCommandOf(line);
    if (command === undefined) return true;
    const { name, properties, data } = command;
    switch (name) {
      case 'task.setvariable':
        this.setVariable(step, properties, data);
        return true;
      case 'task.prependpath':
        this.path.unshift(data);
        return true;
      case 'task.complete':
        return properties['result'] !== 'Failed';
      case 'task.setsecret':
      case 'task.logissue':
      case 'task.logdetail':
      case 'task.setprogress':
      case 'task.uploadsummary':
        return true;
      case 'build.addbuildtag':
        this.tags.push(data);
        return true;
      default:
        throw new Error(`The agent knows no command ##vso[${name}].`);
    }
  }

  private setVariable(step: Step | undefined, properties: Readonly<Record<string, string>>, value: string): void {
    const name = properties['variable'];
    if (name === undefined) throw new Error('##vso[task.setvariable] names no variable.');
    const isSecret = properties['issecret'] === 'true';
    if (properties['isoutput'] !== 'true') return this.variables.set(name, value, isSecret);
    // Without a name of the step, nobody can ask for its output.
    if (step?.name === undefined) return;
    this.outputs[`${step.name}.${name}`] = value;
    this.variables.set(`${step.name}.${name}`, value, isSecret);
  }

  private say(text: string): void {
    if (text !== '') this.log += `${this.variables.mask(text)}\n`;
  }
}

/** Inputs of a task. */
class Inputs {
  private readonly task: string;
  private readonly values: Readonly<Record<string, string>>;
  private readonly variables: Variables;

  constructor(task: string, values: Readonly<Record<string, string>>, variables: Variables) {
    this.task = task;
    this.values = values;
    this.variables = variables;
  }

  /** @throws when there is any other input. */
  only(...names: readonly string[]): this {
    const other = Object.keys(this.values).find((name) => !names.includes(name));
    if (other !== undefined) throw new Error(`${this.task}: its input ${other} is not known, or is not supported.`);
    return this;
  }

  /** @throws when an input is anything else. */
  is(name: string, value: string): this {
    if (this.needed(name) !== value) throw new Error(`${this.task}: only ${name} ${value} is supported.`);
    return this;
  }

  needed(name: string): string {
    const value = this.given(name);
    if (value === undefined) throw new Error(`${this.task} needs the input ${name}.`);
    return value;
  }

  given(name: string): string | undefined {
    const value = this.values[name];
    return value === undefined ? undefined : this.variables.expand(value);
  }
}
