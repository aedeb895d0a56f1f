import { asText, isTrue, type Value } from './expression.ts';

type Mapping = { readonly [key: string]: Value };

/** A pipeline whose templates are expanded. */
export interface Pipeline {
  /** Pattern of the build number. */
  readonly name: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly pipelines: readonly PipelineResource[];
  readonly stages: readonly Stage[];
}

/** Another pipeline, whose run this one works with. */
export interface PipelineResource {
  readonly alias: string;
  /** Name of its definition. */
  readonly source: string;
  /** Marks that a run must have. */
  readonly tags: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** The one before it when undefined. */
  readonly dependsOn: readonly string[] | undefined;
  readonly condition: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** Whether runs wait for one another before an environment of it. */
  readonly isSequential: boolean;
  readonly jobs: readonly Job[];
}

export interface Job {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** An expression, or one group of variables for each run of it. */
  readonly matrix: string | Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** What a deployment job deploys to. */
  readonly environment: string | undefined;
  readonly steps: readonly Step[];
}

export type Step = StepFrame & StepAction;

/** What every step may have. */
export interface StepFrame {
  readonly name: string | undefined;
  readonly label: string;
  readonly condition: string | undefined;
  readonly continueOnError: boolean;
  readonly enabled: boolean;
  readonly env: Readonly<Record<string, string>>;
}

export type StepAction =
  | { readonly kind: 'checkout'; readonly options: Checkout | undefined }
  | { readonly kind: 'script'; readonly script: string; readonly workingDirectory: string | undefined }
  | { readonly kind: 'task'; readonly task: string; readonly inputs: Readonly<Record<string, string>> }
  | { readonly kind: 'publish'; readonly path: string; readonly artifact: string }
  | { readonly kind: 'download'; readonly pipeline: string; readonly artifact: string | undefined };

export interface Checkout {
  /** 0 for the whole history. */
  readonly fetchDepth: number;
  readonly fetchTags: boolean;
  readonly persistCredentials: boolean;
}

/** What new pipelines get when they say nothing. */
const newPipelines: Checkout = { fetchDepth: 1, fetchTags: false, persistCredentials: false };
/** Where an agent comes from, and how long it may work: this machine is the agent, and waits. */
const agentKeys = ['displayName', 'pool', 'timeoutInMinutes', 'cancelTimeoutInMinutes', 'workspace'];
const jobKeys = ['dependsOn', 'condition', 'variables', 'strategy', ...agentKeys];
const frameKeys = ['name', 'displayName', 'condition', 'continueOnError', 'enabled', 'env', 'timeoutInMinutes'];

/** Reads an expanded pipeline. @throws on every key that is not played. */
export function parsePipeline(expanded: Mapping): Pipeline {
  const { name, variables, resources, stages, jobs, steps, trigger: _, pr: _pr, schedules: _s, ...rest } = expanded;
  const { lockBehavior, appendCommitMessageToRunName: _a, pool: _p, ...others } = rest;
  refuse(others, 'pipeline');
  const whole: Mapping = {
    stage: '__default',
    ...(lockBehavior === undefined ? {} : { lockBehavior }),
    jobs: jobs ?? [{ job: 'Job', steps: steps ?? [] }],
  };
  return {
    name: name === undefined ? undefined : asText(name),
    variables: texts(variables),
    pipelines: pipelinesOf(resources),
    stages: list(stages ?? [whole]).map((stage) => stageOf(stage as Mapping, lockBehavior)),
  };
}

function pipelinesOf(resources: Value | undefined): PipelineResource[] {
  const { pipelines = [], ...others } = (resources ?? {}) as Mapping;
  refuse(others, 'resources');
  return list(pipelines).map((item) => {
    const { pipeline, source, tags, trigger: _, ...rest } = item as Mapping;
    refuse(rest, `pipeline resource ${asText(pipeline!)}`);
    return { alias: asText(pipeline!), source: asText(source!), tags: names(tags ?? []) };
  });
}

function stageOf(mapping: Mapping, pipelineLock: Value | undefined): Stage {
  const { stage, dependsOn, condition, variables, jobs = [], lockBehavior = pipelineLock, ...rest } = mapping;
  const { displayName: _, pool: _p, isSkippable: _i, ...others } = rest;
  refuse(others, `stage ${asText(stage!)}`);
  if (lockBehavior !== undefined && lockBehavior !== 'sequential')
    throw new Error(`lockBehavior ${asText(lockBehavior)} is not played.`);
  return {
    name: asText(stage!),
    dependsOn: dependsOn === undefined ? undefined : names(dependsOn),
    condition: optional(condition),
    variables: texts(variables),
    isSequential: lockBehavior === 'sequential',
    jobs: list(jobs).map((job) => jobOf(job as Mapping)),
  };
}

function jobOf(mapping: Mapping): Job {
  const { job, deployment, environment, steps, ...rest } = mapping;
  const name = asText(job ?? deployment ?? 'Job');
  const { dependsOn, condition, variables, strategy, ...others } = rest;
  refuse(without(others, jobKeys), `job ${name}`);
  const common = {
    name,
    dependsOn: names(dependsOn ?? []),
    condition: optional(condition),
    variables: texts(variables),
  };
  if (deployment === undefined) {
    const { matrix, maxParallel: _, ...more } = (strategy ?? {}) as Mapping;
    refuse(more, `strategy of job ${name}`);
    const own = stepsOf(steps ?? []);
    // A job begins with a checkout, unless it says how or that it wants none.
    const hasCheckout = own.some(({ kind }) => kind === 'checkout');
    const first = hasCheckout ? [] : stepsOf([{ checkout: 'self' }]);
    const each = typeof matrix === 'object' ? mapValues(matrix as Mapping, texts) : optional(matrix);
    return { ...common, matrix: each, environment: undefined, steps: [...first, ...own] };
  }
  const { runOnce, ...more } = (strategy ?? {}) as Mapping;
  const { deploy, ...moreOnce } = (runOnce ?? {}) as Mapping;
  const { steps: own, ...moreDeploy } = (deploy ?? {}) as Mapping;
  refuse({ ...more, ...moreOnce, ...moreDeploy, ...(steps === undefined ? {} : { steps }) }, `deployment ${name}`);
  return { ...common, matrix: undefined, environment: environmentOf(environment!, name), steps: stepsOf(own ?? []) };
}

function environmentOf(value: Value, job: string): string {
  if (typeof value === 'string') return value;
  const { name, ...others } = value as Mapping;
  refuse(others, `environment of deployment ${job}`);
  return asText(name!);
}

function stepsOf(value: Value): Step[] {
  return list(value).map((item) => stepOf(item as Mapping));
}

function stepOf(mapping: Mapping): Step {
  const { name, displayName, condition, continueOnError = 'false', enabled = 'true', env } = mapping;
  const action = actionOf(without(mapping, frameKeys));
  const label = displayName === undefined ? labelOf(action) : asText(displayName);
  return {
    ...action,
    name: optional(name),
    label,
    condition: optional(condition),
    continueOnError: isYes(continueOnError),
    enabled: isYes(enabled),
    env: texts(env),
  };
}

function actionOf(mapping: Mapping): StepAction {
  const [kind] = Object.keys(mapping);
  const { [kind!]: main, ...rest } = mapping;
  const take = (keys: readonly string[]) => refuse(without(rest, keys), `step ${kind}`);
  switch (kind) {
    case 'checkout': {
      take(['fetchDepth', 'fetchTags', 'persistCredentials', 'clean']);
      if (main === 'none') return { kind, options: undefined };
      if (main !== 'self') throw new Error(`checkout: ${asText(main!)} is not played.`);
      const { fetchDepth, fetchTags, persistCredentials } = rest;
      const depth = fetchDepth === undefined ? newPipelines.fetchDepth : Number(fetchDepth);
      const options: Checkout = {
        fetchDepth: depth,
        fetchTags: isYes(fetchTags ?? 'false'),
        persistCredentials: isYes(persistCredentials ?? 'false'),
      };
      return { kind, options };
    }
    case 'script':
    case 'bash':
      take(['workingDirectory', 'failOnStderr']);
      if (isYes(rest['failOnStderr'] ?? 'false')) throw new Error('failOnStderr is not played.');
      return { kind: 'script', script: asText(main!), workingDirectory: optional(rest['workingDirectory']) };
    case 'task':
      take(['inputs']);
      return { kind, task: asText(main!), inputs: texts(rest['inputs']) };
    case 'publish':
      take(['artifact']);
      return { kind, path: asText(main!), artifact: asText(rest['artifact']!) };
    case 'download':
      take(['artifact']);
      return { kind, pipeline: asText(main!), artifact: optional(rest['artifact']) };
    default:
      throw new Error(`A step "${kind}" is not played.`);
  }
}

function labelOf(action: StepAction): string {
  if (action.kind === 'script') return action.script.split('\n')[0]!;
  return action.kind === 'task' ? action.task : action.kind;
}

function refuse(others: Mapping, where: string): void {
  const [key] = Object.keys(others);
  if (key !== undefined) throw new Error(`${where}: "${key}" is not known, or not played.`);
}

function without(mapping: Mapping, keys: readonly string[]): Mapping {
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !keys.includes(key)));
}

function list(value: Value): readonly Value[] {
  if (!Array.isArray(value)) throw new Error(`${JSON.stringify(value)} should be a list.`);
  return value as readonly Value[];
}

function names(value: Value): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return list(value).map(asText);
}

function texts(value: Value | undefined): Record<string, string> {
  return mapValues((value ?? {}) as Mapping, asText);
}

function mapValues<T>(mapping: Mapping, change: (value: Value) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, change(value)]));
}

const optional = (value: Value | undefined) => (value === undefined ? undefined : asText(value));
const isYes = (value: Value) => (typeof value === 'string' ? /^true$/i.test(value) : isTrue(value));
