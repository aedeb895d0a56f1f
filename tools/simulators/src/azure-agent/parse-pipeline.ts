import { asText, isTrue, type Value } from './expression.ts';
import { requireSupported } from './pipeline-schema.ts';

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
  /** Tags that a run must have. */
  readonly tags: readonly string[];
}

export interface Stage {
  readonly name: string;
  /** The one before it when undefined. */
  readonly dependsOn: readonly string[] | undefined;
  readonly condition: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  /** Reports whether runs wait for one another before an environment of it. */
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
  /** The environment that a deployment job deploys to. */
  readonly environment: string | undefined;
  readonly steps: readonly Step[];
}

export type Step = StepFrame & StepAction;

/** The settings that every step may have. */
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

/** An expanded pipeline, stage, job or step: `requireSupported` says which keys it has. */
type Unparsed = Readonly<Record<string, Value | undefined>>;

/** The clone's depth where a checkout names none, as new pipelines have it. */
const defaultFetchDepth = 1;

/** Parses an expanded pipeline. @throws naming what is not supported. */
export function parsePipeline(expanded: { readonly [key: string]: Value }): Pipeline {
  requireSupported(expanded);
  const { name, variables, resources, lockBehavior }: Unparsed = expanded;
  const { pipelines } = (resources ?? {}) as Unparsed;
  return {
    name: optionalText(name),
    variables: texts(variables),
    pipelines: items(pipelines).map(parsePipelineResource),
    stages: stagesOf(expanded).map((stage) => parseStage({ lockBehavior, ...stage })),
  };
}

/** A pipeline without stages is one stage, and one without jobs is one job. */
function stagesOf({ stages, jobs, steps }: Unparsed): readonly Unparsed[] {
  return stages === undefined
    ? [{ stage: '__default', jobs: jobs ?? [{ job: 'Job', steps: steps ?? [] }] }]
    : items(stages);
}

function parsePipelineResource({ pipeline, source, tags }: Unparsed): PipelineResource {
  return { alias: asText(pipeline!), source: asText(source!), tags: names(tags) };
}

function parseStage({ stage, dependsOn, condition, variables, jobs, lockBehavior }: Unparsed): Stage {
  return {
    name: asText(stage!),
    dependsOn: dependsOn === undefined ? undefined : names(dependsOn),
    condition: optionalText(condition),
    variables: texts(variables),
    isSequential: lockBehavior === 'sequential',
    jobs: items(jobs).map((job) => (job['deployment'] === undefined ? parseJob(job) : parseDeployment(job))),
  };
}

function parseJob(job: Unparsed): Job {
  const { matrix } = (job['strategy'] ?? {}) as Unparsed;
  const steps = items(job['steps']).map(parseStep);
  // A job begins with a checkout, unless it says how or that it wants none.
  const checkout = steps.some(({ kind }) => kind === 'checkout') ? [] : [parseStep({ checkout: 'self' })];
  return {
    ...parseAnyJob(job, job['job'] ?? 'Job'),
    matrix: typeof matrix === 'object' ? mapValues(matrix as Unparsed, texts) : optionalText(matrix),
    environment: undefined,
    steps: [...checkout, ...steps],
  };
}

function parseDeployment(job: Unparsed): Job {
  const { environment } = job;
  const { runOnce } = (job['strategy'] ?? {}) as Unparsed;
  const { deploy } = (runOnce ?? {}) as Unparsed;
  const { steps } = (deploy ?? {}) as Unparsed;
  return {
    ...parseAnyJob(job, job['deployment']!),
    matrix: undefined,
    environment: asText(typeof environment === 'object' ? (environment as Unparsed)['name']! : environment!),
    steps: items(steps).map(parseStep),
  };
}

function parseAnyJob({ dependsOn, condition, variables }: Unparsed, name: Value) {
  return {
    name: asText(name),
    dependsOn: names(dependsOn),
    condition: optionalText(condition),
    variables: texts(variables),
  };
}

function parseStep(step: Unparsed): Step {
  const { name, displayName, condition, continueOnError, enabled, env } = step;
  const action = parseAction(step);
  return {
    ...action,
    name: optionalText(name),
    label: optionalText(displayName) ?? labelOf(action),
    condition: optionalText(condition),
    continueOnError: isYes(continueOnError, false),
    enabled: isYes(enabled, true),
    env: texts(env),
  };
}

function parseAction(step: Unparsed): StepAction {
  const { checkout, task, publish, download, artifact, inputs } = step;
  if (checkout !== undefined)
    return { kind: 'checkout', options: checkout === 'none' ? undefined : parseCheckout(step) };
  if (task !== undefined) return { kind: 'task', task: asText(task), inputs: texts(inputs) };
  if (publish !== undefined) return { kind: 'publish', path: asText(publish), artifact: asText(artifact!) };
  if (download !== undefined) return { kind: 'download', pipeline: asText(download), artifact: optionalText(artifact) };
  const script = asText((step['script'] ?? step['bash'])!);
  return { kind: 'script', script, workingDirectory: optionalText(step['workingDirectory']) };
}

function parseCheckout({ fetchDepth, fetchTags, persistCredentials }: Unparsed): Checkout {
  return {
    fetchDepth: fetchDepth === undefined ? defaultFetchDepth : Number(fetchDepth),
    fetchTags: isYes(fetchTags, false),
    persistCredentials: isYes(persistCredentials, false),
  };
}

function labelOf(action: StepAction): string {
  if (action.kind === 'script') return action.script.split('\n')[0]!;
  return action.kind === 'task' ? action.task : action.kind;
}

function items(value: Value | undefined): readonly Unparsed[] {
  return (value ?? []) as readonly Unparsed[];
}

function names(value: Value | undefined): string[] {
  if (value === undefined || value === '') return [];
  return typeof value === 'string' ? [value] : (value as readonly Value[]).map(asText);
}

function texts(value: Value | undefined): Record<string, string> {
  return mapValues((value ?? {}) as Unparsed, (text) => asText(text ?? null));
}

function mapValues<T>(mapping: Unparsed, change: (value: Value | undefined) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, change(value)]));
}

function optionalText(value: Value | undefined): string | undefined {
  return value === undefined ? undefined : asText(value);
}

function isYes(value: Value | undefined, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  return typeof value === 'string' ? /^true$/i.test(value) : isTrue(value);
}
