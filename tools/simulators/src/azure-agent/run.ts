import type { JobReport, Outcome } from './agent.ts';
import { evaluate, isTrue, type Names, type Operation, type Value } from './expression.ts';
import { ancestorsOf, runInDependencyOrder, type Dependent } from './in-order.ts';
import type { Job, Pipeline, Stage } from './parse-pipeline.ts';
import type { Semaphore } from './semaphore.ts';

/** How a run reaches agents and environments. */
export interface RunPorts {
  readonly agents: Semaphore;
  enter<T>(stage: Stage, work: () => Promise<T>): Promise<T | undefined>;
  work(job: Job, variables: Readonly<Record<string, string>>): Promise<JobReport>;
}

/** The result of a run. */
export interface RunReport {
  readonly outcome: Outcome;
  readonly stages: Readonly<Record<string, Outcome>>;
  /** By name; one of a matrix is named `job leg`. */
  readonly jobs: Readonly<Record<string, JobReport>>;
  /** The output of all jobs. */
  readonly log: string;
}

/** Runs a pipeline to its end, whatever that is. @param variables predefined ones. */
export function runPipeline(
  pipeline: Pipeline,
  variables: Readonly<Record<string, string>>,
  ports: RunPorts,
): Promise<RunReport> {
  return new Run(pipeline, variables, ports).runToCompletion();
}

/** Reports whether an outcome is a success. */
export function isFine(outcome: Outcome): boolean {
  return outcome === 'Succeeded' || outcome === 'SucceededWithIssues';
}

interface StageReport {
  readonly outcome: Outcome;
  /** By the names that the file gives them: a matrix is one. */
  readonly jobs: Readonly<Record<string, JobReport>>;
}

type StageInOrder = Stage & Dependent;

class Run {
  private readonly pipeline: Pipeline;
  private readonly variables: Readonly<Record<string, string>>;
  private readonly ports: RunPorts;
  private readonly jobs: Record<string, JobReport> = {};

  constructor(pipeline: Pipeline, variables: Readonly<Record<string, string>>, ports: RunPorts) {
    this.pipeline = pipeline;
    this.variables = variables;
    this.ports = ports;
  }

  async runToCompletion(): Promise<RunReport> {
    const stages = this.pipeline.stages.map((stage, index) => {
      const before = this.pipeline.stages[index - 1];
      return { ...stage, dependsOn: stage.dependsOn ?? (before ? [before.name] : []) };
    });
    const reports = await runInDependencyOrder<StageInOrder, StageReport>(stages, (stage, before) =>
      this.stage(stage, before, ancestorsOf(stage, stages)),
    );
    const outcomes = Object.values(reports).map(({ outcome }) => outcome);
    const named = Object.entries(reports).map(([name, { outcome }]) => [name, outcome] as const);
    const log = Object.entries(this.jobs).map(([name, report]) => `=== ${name}: ${report.outcome}\n${report.log}`);
    return { outcome: worst(outcomes), stages: Object.fromEntries(named), jobs: this.jobs, log: log.join('\n') };
  }

  private async stage(
    stage: Stage,
    before: Readonly<Record<string, StageReport>>,
    ancestors: readonly string[],
  ): Promise<StageReport> {
    const own = { ...stage.variables, 'System.StageName': stage.name };
    const variables = { ...this.variables, ...this.pipeline.variables, ...own };
    const dependencies = mapValues(before, ({ outcome, jobs }) => ({
      result: outcome,
      outputs: Object.assign({}, ...Object.entries(jobs).map(([job, { outputs }]) => prefixed(job, outputs))) as Value,
    }));
    const names: Names = {
      objects: { variables, dependencies },
      strict: ['dependencies'],
      operations: statusOperations(
        mapValues(before, ({ outcome }) => outcome),
        ancestors,
      ),
    };
    if (!isTrue(evaluate(stage.condition ?? 'succeeded()', names))) return { outcome: 'Skipped', jobs: {} };
    const stageDependencies = mapValues(before, ({ jobs }) => mapValues(jobs, asDependency));
    const jobs = await this.ports.enter(stage, () =>
      runInDependencyOrder<Job, JobReport>(stage.jobs, (job, done) =>
        this.job(job, { done, variables, stageDependencies }, ancestorsOf(job, stage.jobs)),
      ),
    );
    if (jobs === undefined) return { outcome: 'Failed', jobs: {} };
    return { outcome: worst(Object.values(jobs).map(({ outcome }) => outcome)), jobs };
  }

  private async job(
    job: Job,
    around: {
      readonly done: Readonly<Record<string, JobReport>>;
      readonly variables: Readonly<Record<string, string>>;
      readonly stageDependencies: Value;
    },
    ancestors: readonly string[],
  ): Promise<JobReport> {
    const { done, variables, stageDependencies } = around;
    const objects = { variables, stageDependencies, dependencies: mapValues(done, asDependency) };
    const operations = statusOperations(
      mapValues(done, ({ outcome }) => outcome),
      ancestors,
    );
    const names: Names = { objects, strict: ['dependencies', 'stageDependencies'], operations };
    if (!isTrue(evaluate(job.condition ?? 'succeeded()', names))) return this.keep(job.name, skipped);
    const resolved = mapValues({ ...variables, ...job.variables }, (value) => runtimeValue(value, names));
    const legs = legsOf(job, names);
    if (legs === undefined) return this.keep(job.name, await this.work(job, resolved));
    const reports = await Promise.all(
      Object.entries(legs).map(async ([leg, own]) => {
        const report = await this.work(job, { ...resolved, ...own });
        return [leg, this.keep(`${job.name} ${leg}`, report)] as const;
      }),
    );
    return {
      outcome: worst(reports.map(([, { outcome }]) => outcome)),
      outputs: Object.assign(
        {},
        ...reports.map(([leg, { outputs }]) => prefixed(leg, outputs)),
      ) as JobReport['outputs'],
      tags: reports.flatMap(([, { tags }]) => tags),
      log: reports.map(([, { log }]) => log).join('\n'),
    };
  }

  private work(job: Job, variables: Readonly<Record<string, string>>): Promise<JobReport> {
    const own = { ...variables, 'System.JobName': job.name, 'Agent.JobName': job.name };
    return this.ports.agents.acquire(() => this.ports.work(job, own));
  }

  private keep(name: string, report: JobReport): JobReport {
    this.jobs[name] = report;
    return report;
  }
}

const skipped: JobReport = { outcome: 'Skipped', outputs: {}, tags: [], log: '' };

/** `succeeded()` and the like: of those named, or of all before. */
function statusOperations(
  outcomes: Readonly<Record<string, Outcome>>,
  ancestors: readonly string[],
): Record<string, Operation> {
  const of = (named: readonly Value[]) =>
    (named.length > 0 ? named.map(String) : ancestors).map((name) => outcomes[name]!);
  return {
    succeeded: (...named) => of(named).every((outcome) => isFine(outcome)),
    failed: (...named) => of(named).includes('Failed'),
    succeededOrFailed: (...named) => of(named).every((outcome) => outcome !== 'Skipped'),
    always: () => true,
    canceled: () => false,
  };
}

function legsOf({ matrix, name }: Job, names: Names): Record<string, Record<string, string>> | undefined {
  if (matrix === undefined || typeof matrix === 'object') return matrix as Record<string, Record<string, string>>;
  const text = runtimeValue(matrix, names);
  const legs = (text === '' ? {} : JSON.parse(text)) as Record<string, Record<string, string>>;
  if (Object.keys(legs).length === 0) throw new Error(`The matrix of ${name} is empty.`);
  return legs;
}

/** Replaces `$[ expression ]`, which must be the whole value. */
function runtimeValue(value: string, names: Names): string {
  const match = /^\$\[(.*)\]$/s.exec(value);
  return match === null ? value : String(evaluate(match[1]!, names) ?? '');
}

function asDependency({ outcome, outputs }: JobReport): Value {
  return { result: outcome, outputs: outputs as { [key: string]: Value } };
}

function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('Failed')) return 'Failed';
  if (outcomes.includes('SucceededWithIssues')) return 'SucceededWithIssues';
  return outcomes.includes('Succeeded') ? 'Succeeded' : 'Skipped';
}

function prefixed(prefix: string, outputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
