import { Ajv, type ErrorObject } from 'ajv';
import { asText, type Value } from './expression.ts';

type Mapping = { readonly [key: string]: Value };
type Schema = object | boolean;

/** A text, or what an expression makes of one. */
const scalar = { type: ['string', 'number', 'boolean', 'null'] };
const scalars = { type: 'object', additionalProperties: scalar };
const boolean = { anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^([Tt]rue|[Ff]alse)$' }] };
/** One name, or several. */
const names = { anyOf: [{ type: 'string' }, list(scalar)] };
/** Settings that change nothing here: this machine is the agent, its pool and its workspace, and it waits. */
const ignored = true;

function list(items: Schema) {
  return { type: 'array', items };
}

/** A mapping with these keys and no others. */
function mapping(properties: Readonly<Record<string, Schema>>, ...required: readonly string[]) {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** The first of some schemas whose key is there; without any of the keys, `otherwise`. */
function byKey(schemas: Readonly<Record<string, Schema>>, otherwise: Schema): Schema {
  return Object.entries(schemas).reduceRight<Schema>(
    (others, [key, then]) => ({ if: { type: 'object', required: [key] }, then, else: others }),
    otherwise,
  );
}

const anyStep = {
  name: scalar,
  displayName: scalar,
  condition: scalar,
  continueOnError: boolean,
  enabled: boolean,
  env: scalars,
  timeoutInMinutes: ignored,
};
const scriptSettings = {
  workingDirectory: scalar,
  // Output on standard error fails no step here.
  failOnStderr: { enum: [false, 'false', 'False'] },
};
const step = byKey(
  {
    checkout: mapping({
      ...anyStep,
      checkout: { enum: ['self', 'none'] },
      fetchDepth: scalar,
      fetchTags: boolean,
      persistCredentials: boolean,
      clean: ignored,
    }),
    script: mapping({ ...anyStep, script: scalar, ...scriptSettings }),
    bash: mapping({ ...anyStep, bash: scalar, ...scriptSettings }),
    task: mapping({ ...anyStep, task: scalar, inputs: scalars }),
    publish: mapping({ ...anyStep, publish: scalar, artifact: scalar }, 'artifact'),
    download: mapping({ ...anyStep, download: scalar, artifact: scalar }),
  },
  false,
);

const anyJob = {
  displayName: ignored,
  dependsOn: names,
  condition: scalar,
  variables: scalars,
  pool: ignored,
  timeoutInMinutes: ignored,
  cancelTimeoutInMinutes: ignored,
  workspace: ignored,
};
const matrix = { anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: scalars }] };
const job = byKey(
  {
    deployment: mapping(
      {
        ...anyJob,
        deployment: scalar,
        environment: { if: { type: 'object' }, then: mapping({ name: scalar }, 'name'), else: { type: 'string' } },
        strategy: mapping({ runOnce: mapping({ deploy: mapping({ steps: list(step) }) }) }),
      },
      'environment',
    ),
  },
  mapping({ ...anyJob, job: scalar, steps: list(step), strategy: mapping({ matrix, maxParallel: ignored }) }),
);

const lockBehavior = { const: 'sequential' };
const stage = mapping(
  {
    stage: scalar,
    displayName: ignored,
    dependsOn: names,
    condition: scalar,
    variables: scalars,
    pool: ignored,
    isSkippable: ignored,
    lockBehavior,
    jobs: list(job),
  },
  'stage',
);
const pipelineResource = mapping(
  { pipeline: scalar, source: scalar, tags: names, trigger: ignored },
  'pipeline',
  'source',
);

/** The part of Azure's pipelines that is supported, after templates are expanded. */
const pipeline = mapping({
  name: scalar,
  appendCommitMessageToRunName: ignored,
  trigger: ignored,
  pr: ignored,
  schedules: ignored,
  pool: ignored,
  resources: mapping({ pipelines: list(pipelineResource) }),
  variables: scalars,
  lockBehavior,
  stages: list(stage),
  jobs: list(job),
  steps: list(step),
});

const validate = new Ajv({ allowUnionTypes: true, strictRequired: false, verbose: true }).compile(pipeline);

/** Checks that all of an expanded pipeline is supported. @throws naming the first thing that is not, and its place. */
export function requireSupported(expanded: Mapping): void {
  if (validate(expanded)) return;
  const error = validate.errors![0]!;
  throw new Error(`${placeOf(expanded, error.instancePath)}: ${reasonOf(error)}`);
}

function reasonOf({ keyword, params, data, message, instancePath }: ErrorObject): string {
  switch (keyword) {
    case 'additionalProperties':
      return `"${(params as { additionalProperty: string }).additionalProperty}" is not known, or is not supported.`;
    case 'false schema':
      return `the step "${Object.keys(data as Mapping)[0] ?? ''}" is not supported.`;
    case 'enum':
    case 'const':
      return `${instancePath.split('/').at(-1)} ${asText(data as Value)} is not supported.`;
    default:
      return `${instancePath.split('/').at(-1) || 'it'} ${message}.`;
  }
}

/** Returns the stage, job and step of a path: `stage a, job b, step 3`. */
function placeOf(expanded: Mapping, path: string): string {
  let value: Value | undefined = expanded;
  let list = '';
  const places: string[] = [];
  for (const key of path.split('/').slice(1)) {
    value = (value as Mapping)[key];
    if (/^\d+$/.test(key)) places.push(nameOf(list, Number(key), value as Mapping));
    list = key;
  }
  return places.join(', ') || 'pipeline';
}

function nameOf(list: string, index: number, item: Mapping): string {
  const kind = list.replace(/s$/, '');
  const name = item['stage'] ?? item['job'] ?? item['deployment'] ?? item['pipeline'];
  return `${kind} ${name === undefined ? index + 1 : asText(name)}`;
}
