import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorObject } from 'ajv';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import schema from '../../../schemas/environment.schema.json' with { type: 'json' };
import { platformMistake } from '../../model/build/platform-mistake.ts';
import { metricMistake } from '../../model/canary/metric-checks.ts';
import { freezeMistake } from '../../model/environment/freeze.ts';
import { didYouMean } from '../../model/text/did-you-mean.ts';
import { firstSentence } from '../../model/text/sentence.ts';
import { environmentsFolder, isSameDoor, isSamePlace, type Environment } from '../../model/environment/environment.ts';
import type { ErrorType } from '../../model/errors/error-catalog.ts';
import { pluginPath } from '../../model/product/installation.ts';
import { Refusal } from '../../model/errors/product-error.ts';

/**
 * Reads all environments of the workspace.
 * @returns them in the order in which releases are promoted; at least one.
 * @throws {Refusal} naming file, line and what is wrong there, for every mistake found.
 */
export async function readEnvironments(workspaceRoot: string): Promise<Environment[]> {
  const names = await readdir(join(workspaceRoot, environmentsFolder)).catch(() => []);
  const paths = names.filter(isEnvironmentFile).map((name) => `${environmentsFolder}/${name}`);
  const texts = paths.map(async (path) => [path, await readFile(join(workspaceRoot, path), 'utf8')] as const);
  return parseEnvironments(new Map(await Promise.all(texts)));
}

/** Reports whether a file in the environments' folder describes one. @param name or path. */
export function isEnvironmentFile(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

/** The same of files that lie somewhere else. @param texts by path, relative to the workspace's root. */
export async function parseEnvironments(texts: ReadonlyMap<string, string>): Promise<Environment[]> {
  const paths = [...texts.keys()].filter(isEnvironmentFile).sort();
  if (paths.length === 0) {
    throw refusal(
      'no-environments',
      `There is no *.yaml file in ${environmentsFolder}.`,
      'Describe at least one environment there (docs: environments).',
    );
  }
  const read: EnvironmentFile[] = [];
  const mistakes: string[] = [];
  for (const path of paths) {
    const found = await readEnvironmentFile(path, texts.get(path)!);
    if (Array.isArray(found)) mistakes.push(...found);
    else read.push(found);
  }
  const twins = [...findTwins(read, 'name'), ...findTwins(read, 'order'), ...findSharedPlaces(read)];
  mistakes.push(...twins, ...findSharedDoors(read));
  if (mistakes.length > 0) {
    throw refusal(
      'bad-environment',
      mistakes.length === 1 ? mistakes[0]! : `There are ${mistakes.length} mistakes.`,
      `${twins.length > 0 ? 'Give each environment a name, an order and a namespace (or a cluster) of its own. ' : ''}The schema with all keys is ${pluginPath}/schemas/environment.schema.json.`,
      mistakes.length === 1 ? [] : mistakes,
    );
  }
  return read.map(({ environment }) => environment).sort((a, b) => a.order - b.order);
}

/**
 * Picks an environment by name.
 * @throws {Refusal} naming those that there are.
 */
export function environmentNamed(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  const names = environments.map((environment) => environment.name);
  throw new Refusal({
    type: 'no-such-environment',
    doing: `find the environment ${name}`,
    reason: `${environmentsFolder} has ${names.join(', ')}.`,
    remedy: didYouMean(name, names) || 'Choose one of them.',
  });
}

interface EnvironmentFile {
  readonly environment: Environment;
  /** `file:line` of a key. */
  at(key: string): string;
}

/** @returns the environment, or its mistakes, each a sentence that begins with `file:line`. */
async function readEnvironmentFile(path: string, text: string): Promise<EnvironmentFile | string[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number) => `${path}:${lines.linePos(offset).line || 1}`;
  if (document.errors.length > 0)
    return document.errors.map(({ pos, message }) => `${at(pos[0])}: this is not YAML: ${firstSentence(message)}`);
  const value: unknown = keepVariablesAsWritten(document);

  const validate = await (validator ??= compileSchema());
  if (!validate(value)) {
    const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'propertyNames');
    return errors.map((error) => `${at(offsetOf(document, error))}: ${explain(error)}`);
  }
  const atKey = (key: string) => at(keyOffset(document.contents, key));
  const fileName = path.slice(path.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
  if (value.name !== fileName)
    return [`${atKey('name')}: the name is "${value.name}", but the file is named "${fileName}".`];
  if (value.facade && (value.facade.backend ?? value.url) === undefined)
    return [`${atKey('facade')}: without the key "url", facade needs the key "backend".`];
  const mistake = value.canary && metricMistake(value.canary.prometheus);
  if (mistake !== undefined) return [`${atKey('canary')}: ${mistake}`];
  const ofLists = [...freezeMistakes(value, document, at), ...platformMistakes(value, document, at)];
  if (ofLists.length > 0) return ofLists;
  return {
    environment: {
      ...value,
      allowDirty: value.allowDirty ?? false,
      protected: value.protected ?? false,
      variables: value.variables ?? {},
    },
    at: atKey,
  };
}

type At = (offset: number) => string;

function freezeMistakes({ freeze = [] }: Environment, document: Document, at: At): string[] {
  return mistakesIn(
    'freeze',
    freeze.map((window) => freezeMistake(window, didYouMean)),
    document,
    at,
  );
}

function platformMistakes({ platforms = [] }: Environment, document: Document, at: At): string[] {
  return mistakesIn(
    'platforms',
    platforms.map((text) => platformMistake(text, didYouMean)),
    document,
    at,
  );
}

/** Mistakes in the items of a list, each with its place. @param mistakes undefined for an item that has none. */
function mistakesIn(key: string, mistakes: readonly (string | undefined)[], document: Document, at: At): string[] {
  return mistakes.flatMap((mistake, index) => {
    const node = document.getIn([key, index], true) as Node;
    return mistake === undefined ? [] : [`${at(node.range?.[0] ?? 0)}: ${key}.${index}: ${mistake}`];
  });
}

let validator: ReturnType<typeof compileSchema> | undefined;

/** Once for all files: it takes longer than reading them. */
async function compileSchema() {
  const { Ajv } = await import('ajv');
  return new Ajv({ allErrors: true, allowUnionTypes: true }).compile<Environment>(schema);
}

/** `REPLICAS: 010` and `VERSION: 1.10` are texts to a manifest: what was written is kept, not the number it denotes. */
function keepVariablesAsWritten(document: Document): unknown {
  const variables = document.get('variables');
  if (isMap(variables)) {
    for (const { value } of variables.items) {
      if (isScalar(value) && value.value !== null && typeof value.value !== 'object')
        value.value = value.source ?? String(value.value);
    }
  }
  return document.toJS() ?? {};
}

/** Offset in the file that a mistake is about. */
function offsetOf(document: Document, error: ErrorObject): number {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (error.keyword === 'additionalProperties') {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    return keyOffset(parent, String(error.params['additionalProperty']));
  }
  if (error.propertyName !== undefined) return keyOffset(document.getIn(path, true), error.propertyName);
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return (isNode(node) ? (node as Node).range?.[0] : undefined) ?? 0;
}

function keyOffset(map: unknown, key: string): number {
  if (!isMap(map)) return 0;
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
}

function explain({ keyword, instancePath, params, message = '', propertyName }: ErrorObject): string {
  const where = instancePath.slice(1).replaceAll('/', '.');
  switch (keyword) {
    case 'additionalProperties': {
      const key = String(params['additionalProperty']);
      const known = keysAt(instancePath);
      return `there is no key "${key}"${where === '' ? '' : ` in ${where}`}. ${didYouMean(key, known) || `The keys are ${known.join(', ')}.`}`;
    }
    case 'required':
      return `${where === '' ? '' : `${where}: `}the key "${params['missingProperty']}" is missing.`;
    case 'enum':
      return `${where} must be one of ${(params['allowedValues'] as string[]).join(', ')}.`;
    case 'type':
      return `${where || 'an environment'} must be ${describeType(params['type'])}.`;
    case 'pattern':
      return propertyName === undefined
        ? `${where} must look like ${example(where.replaceAll(/\.\d+/g, ''))}.`
        : `the variable "${propertyName}" must be named in capitals, digits and underscores, like IMAGE_PULL_SECRET.`;
    default:
      return `${where} ${firstSentence(message)}`;
  }
}

/** The keys that a map may have. @param path in an environment: `/cluster/aks`. */
function keysAt(path: string): string[] {
  let map: { properties?: object; items?: object } = schema;
  for (const key of path.split('/').slice(1))
    map = (map.properties as Record<string, typeof map> | undefined)?.[key] ?? map.items ?? {};
  return Object.keys(map.properties ?? {});
}

function describeType(type: unknown): string {
  if (Array.isArray(type)) return type.includes('object') ? 'a map, true or false' : 'a text, a number, true or false';
  const names: Record<string, string> = {
    object: 'a map of keys and values',
    string: 'a text (in quotes where YAML reads something else)',
    integer: 'a whole number',
    number: 'a number',
    array: 'a list',
    boolean: 'true or false',
  };
  return names[String(type)] ?? String(type);
}

function example(key: string): string {
  const examples: Record<string, string> = {
    name: '"preprod" (a DNS label)',
    namespace: '"shop-preprod" (a DNS label)',
    registry:
      '"acr.example/team" (a host and an optional path in lower case, without "https://" and without a slash at its end)',
    platforms: '"linux/arm64" or "linux/arm/v7"',
    url: '"https://preprod.example"',
    'freeze.from': '"2026-12-20T00:00", or with "days" "15:00"',
    'freeze.to': '"2027-01-03T00:00", or with "days" "18:00"',
    'freeze.zone': '"Europe/Berlin"',
    'freeze.reason': '"year end" (one line)',
    soak: '"30m", "2h" or "1d"',
    'rollout.grace': '"90s" or "5m"',
    'cluster.aks.resourceGroup': '"shop" (letters, digits and "._()-")',
    'cluster.aks.name': '"shop-prod" (letters, digits, "_" and "-")',
    'facade.subscription': '"6f1b2c3d-0000-4000-8000-0123456789ab"',
    'facade.resourceGroup': '"shop" (letters, digits and "._()-")',
    'facade.name': '"shop-apis" (letters, digits and "-")',
    'facade.backend': '"https://gateway.internal.example" (no "/" at its end)',
    'facade.pathPrefix': '"preprod" (lower-case letters, digits and "-")',
    'facade.endpoint': '"https://management.azure.com"',
    'facade.keyVariable': '"APIM_CHECK_KEY" (the name of an environment variable, not the key)',
    'probe.path': '"/{service}/version"',
    'canary.prometheus.url': '"https://prometheus.example" (without "/api/v1", and without a login)',
    'canary.prometheus.tokenVariable': '"PROMETHEUS_TOKEN" (the name of an environment variable, not the token)',
  };
  return examples[key] ?? 'its description in the schema';
}

function findTwins(files: readonly EnvironmentFile[], key: 'name' | 'order'): string[] {
  const first = new Map<string | number, EnvironmentFile>();
  return files.flatMap((file) => {
    const value = file.environment[key];
    const twin = first.get(value);
    if (twin) return [`${file.at(key)}: the ${key} ${value} is taken by ${twin.at(key)}.`];
    first.set(value, file);
    return [];
  });
}

/** Two environments in one place would take each other's records, lock and objects for their own. */
function findSharedPlaces(files: readonly EnvironmentFile[]): string[] {
  return files.flatMap((file, index) => {
    const { namespace } = file.environment;
    const first = files.slice(0, index).find(({ environment }) => isSamePlace(environment, file.environment));
    return first
      ? [`${file.at('namespace')}: the namespace ${namespace} of this cluster is taken by ${first.at('namespace')}.`]
      : [];
  });
}

/** Two environments behind one door would publish over each other. */
function findSharedDoors(files: readonly EnvironmentFile[]): string[] {
  return files.flatMap((file, index) => {
    const { facade } = file.environment;
    const first = files.slice(0, index).find(({ environment }) => isSameDoor(environment.facade, facade));
    if (!first || !facade) return [];
    const { name, pathPrefix: prefix } = facade;
    const taken = prefix === undefined ? `the API Management ${name}` : `the pathPrefix ${prefix} of ${name}`;
    return [`${file.at('facade')}: ${taken} is taken by ${first.at('facade')}. Give one of them another pathPrefix.`];
  });
}

function refusal(type: ErrorType, reason: string, remedy: string, evidence: readonly string[] = []): Refusal {
  return new Refusal({
    type,
    doing: 'read the environments',
    reason,
    remedy,
    ...(evidence.length > 0 ? { evidence } : {}),
  });
}
