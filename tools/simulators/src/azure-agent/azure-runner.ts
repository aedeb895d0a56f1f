import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runJob } from './agent.ts';
import { simulatedAccessToken, type AzureDevOpsSimulator } from './azure-devops-simulator.ts';
import type { Value } from './expression.ts';
import { parsePipeline, type Pipeline, type PipelineResource, type Stage } from './parse-pipeline.ts';
import { predefinedVariables } from './predefined-variables.ts';
import { isFine, runPipeline, type RunReport } from './run.ts';
import { Semaphore } from './semaphore.ts';
import { expandTemplates } from './template-expansion.ts';
import { Variables } from './variables.ts';

/** Settings of a project at Azure DevOps beside its repository. */
export interface ProjectSettings {
  /** The bare repository. */
  readonly origin: string;
  /** Address of it, if it has one beside its folder: at the host of `devOps`. */
  readonly remote?: string;
  /** Answers for it who approved; without one, nobody does. */
  readonly devOps?: AzureDevOpsSimulator;
  /** Folder of the packages that `npm ci` would install. */
  readonly packages: string;
  /** Folder of programs that are found before the machine's own: those that reach a cloud. */
  readonly programs?: string;
  /** Secret variables of every pipeline. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Files of the library, by name. */
  readonly secureFiles?: Readonly<Record<string, string>>;
  /** The approver of each environment, asked before a stage uses it. */
  readonly environments: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  /** How many jobs run at once. */
  readonly agents: number;
}

/** How a run is begun. */
export interface RunRequest {
  readonly parameters?: Readonly<Record<string, Value>>;
  /** The newest one of the branch when left away. */
  readonly commit?: string;
  /** Alias of the pipeline whose run began this one; nobody's but a person's when left away. */
  readonly triggeredBy?: string;
}

/** A run that ended. */
export interface PipelineRun extends RunReport {
  readonly buildNumber: string;
  /** Folder with one folder for each artifact. */
  readonly artifacts: string;
  /** Marks that its jobs gave it. */
  readonly tags: readonly string[];
}

interface Definition {
  /** File of the pipeline, in the repository. */
  readonly file: string;
  readonly runs: PipelineRun[];
}

const branch = 'main';

/**
 * A project of Azure DevOps, played on this machine: it reads a pipeline's files as a commit has them, decides what runs
 * and in which order, and has the steps done for real. It is a simulator, and knows what our pipelines use: everything
 * else is an error.
 */
export class AzureProject {
  private readonly settings: ProjectSettings;
  private readonly definitions = new Map<string, Definition>();
  private readonly revisions = new Map<string, number>();
  private readonly artifacts = mkdtempSync(join(tmpdir(), 'poc azure artifacts '));
  private readonly caches = mkdtempSync(join(tmpdir(), 'poc azure caches '));
  private readonly agents: Semaphore;
  private readonly locks = new Map<string, Semaphore>();
  private lastId = 0;

  constructor(settings: ProjectSettings) {
    this.settings = settings;
    this.agents = new Semaphore(settings.agents);
  }

  /** Makes a pipeline of a file, as somebody does once in the project. */
  define(name: string, file: string): void {
    this.definitions.set(name, { file, runs: [] });
  }

  /** Runs a pipeline to its end, whatever that is. */
  async run(name: string, request: RunRequest = {}): Promise<PipelineRun> {
    const { parameters = {}, commit = this.head(), triggeredBy } = request;
    const { file, runs } = this.definitionOf(name);
    const id = (this.lastId += 1);
    const { devOps } = this.settings;
    devOps?.begin(id);
    const collection = devOps?.collection ?? 'https://dev.azure.com/example/';
    const predefined = predefinedVariables({ definition: name, id, commit, branch, triggeredBy, collection });
    const read = (path: string) => this.git(['show', `${commit}:${path}`]);
    const pipeline = parsePipeline(expandTemplates(read, file, parameters, predefined));
    const buildNumber = this.buildNumber(name, pipeline.name ?? '$(Date:yyyyMMdd).$(Rev:r)', predefined);
    const artifacts = join(this.artifacts, String(id));
    mkdirSync(artifacts);
    // A cache belongs to a pipeline and a branch.
    const caches = join(this.caches, name);
    mkdirSync(caches, { recursive: true });
    const variables = { ...predefined, 'Build.BuildNumber': buildNumber, ...this.resourcesOf(pipeline) };
    const others = pipeline.pipelines.map(
      (resource) => [resource.alias, this.newestRunOf(resource)?.artifacts] as const,
    );
    const otherArtifacts = Object.fromEntries(others);
    const { origin, packages, programs, secureFiles = {} } = this.settings;
    const remote = this.settings.remote ?? `file://${origin}`;
    const secrets = { ...this.settings.secrets, ...(devOps ? { 'System.AccessToken': simulatedAccessToken } : {}) };
    const common = { remote, packages, programs, secrets, secureFiles, artifacts, caches, otherArtifacts, commit };
    const ended = await runPipeline(pipeline, variables, {
      agents: this.agents,
      enter: (stage, work) => this.enter(id, stage, work),
      work: (job, own) => runJob(job, { ...common, variables: own }),
    });
    devOps?.end(id);
    const tags = Object.values(ended.jobs).flatMap((job) => job.tags);
    const run: PipelineRun = { buildNumber, artifacts, tags, ...ended };
    if (isFine(run.outcome)) runs.push(run);
    return run;
  }

  /** Takes the artifacts and caches of all runs away. */
  remove(): void {
    for (const folder of [this.artifacts, this.caches]) rmSync(folder, { recursive: true, force: true });
  }

  private definitionOf(name: string): Definition {
    const definition = this.definitions.get(name);
    if (definition === undefined) throw new Error(`The project has no pipeline ${name}.`);
    return definition;
  }

  private head(): string {
    return this.git(['rev-parse', branch]).trim();
  }

  private git(args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.settings.origin, encoding: 'utf8', stdio: 'pipe' });
  }

  /** `$(Rev:r)` counts the runs of a pipeline whose numbers are otherwise the same. */
  private buildNumber(definition: string, pattern: string, variables: Readonly<Record<string, string>>): string {
    const [day, month, year] = [2, 1, 0].map((index) => new Date().toISOString().slice(0, 10).split('-')[index]!);
    const dated = pattern.replace(/\$\(Date:([^)]*)\)/g, (_, format: string) => {
      if (!/^[yMd.\-_]+$/.test(format)) throw new Error(`The date format ${format} is not supported.`);
      return format.replace('yyyy', year!).replace('MM', month!).replace('dd', day!);
    });
    const named = new Variables(variables).expand(dated);
    const key = `${definition}: ${named}`;
    return named.replace(/\$\(Rev:(\.|-)?r\)/, (_, separator = '') => {
      const next = (this.revisions.get(key) ?? 0) + 1;
      this.revisions.set(key, next);
      return `${separator}${next}`;
    });
  }

  /** Returns the facts of the newest good run of each pipeline that this one uses. */
  private resourcesOf({ pipelines }: Pipeline): Record<string, string> {
    const found: Record<string, string> = {};
    for (const resource of pipelines) {
      const newest = this.newestRunOf(resource);
      if (newest !== undefined) found[`resources.pipeline.${resource.alias}.runName`] = newest.buildNumber;
    }
    return found;
  }

  private newestRunOf({ source, tags }: PipelineResource): PipelineRun | undefined {
    return this.definitionOf(source).runs.findLast((run) => tags.every((tag) => run.tags.includes(tag)));
  }

  /** Waits until the environments of a stage let it in. @returns undefined when somebody says no. */
  private async enter<T>(id: number, stage: Stage, work: () => Promise<T>): Promise<T | undefined> {
    const environments = [...new Set(stage.jobs.flatMap(({ environment }) => environment ?? []))];
    for (const name of environments) {
      const check = this.settings.environments[name];
      if (check === undefined) throw new Error(`The project has no environment ${name}.`);
      if (!(await check())) return undefined;
      this.settings.devOps?.approve(id, stage.name, name);
    }
    if (!stage.isSequential) return work();
    return environments.reduceRight<() => Promise<T>>((inner, name) => {
      const lock = this.locks.get(name) ?? new Semaphore(1);
      this.locks.set(name, lock);
      return () => lock.acquire(inner);
    }, work)();
  }
}
