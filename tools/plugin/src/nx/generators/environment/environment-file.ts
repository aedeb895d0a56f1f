import { environmentsFolder } from '../../../model/workspace/places.ts';
import { isIP } from 'node:net';
import { isMap, isScalar, parseDocument, type Document } from 'yaml';
import { pluginPath } from '../../../model/product/installation.ts';
import type { EnvironmentRequest } from './environment-request.ts';

/** Returns the line by which editors find the schema, from the folder of the environments. */
function schemaLine(): string {
  const up = '../'.repeat(environmentsFolder.split('/').length);
  return `# yaml-language-server: $schema=${up}${pluginPath}/schemas/environment.schema.json`;
}

/** They are about the model. */
const commentsAbove = /^(#.*\n|\s*\n)+/;

/** Settings that are never copied: who may deploy there, how carefully, and what clients call. */
const ownKeys = ['allowDirty', 'allowBranches', 'freeze', 'soak', 'probe', 'url', 'facade', 'canary', 'protected'];

const keysInOrder = [
  'name',
  'order',
  'cluster',
  'namespace',
  'registry',
  'platforms',
  'url',
  'deploy',
  'protected',
  'variables',
];

/**
 * Text of an environment's file. Variables and their comments are those of the model; its name in their values becomes the
 * new one.
 * @param modelText the model's file, if there is a model.
 */
export function environmentFile(request: EnvironmentRequest, modelText: string | undefined): string {
  const document = parseDocument((modelText ?? 'variables: {}').replace(commentsAbove, ''));
  for (const key of ownKeys) document.delete(key);
  const { name, order, context, namespace, registry, url, deploy } = request;
  if (context !== undefined) {
    document.set('cluster', { context });
    // Those are of the other one.
    document.delete('platforms');
  }
  const values = { name, order, namespace, registry, url, deploy, ...(request.protected ? { protected: true } : {}) };
  for (const [key, value] of Object.entries(values)) if (value !== undefined) document.set(key, value);
  if (request.model) renameIn(document, request.model.name, name);
  const hostname = hostnameOf(url);
  if (hostname !== undefined) document.setIn(['variables', 'ROUTE_HOSTNAME'], hostname);
  else if (document.has('variables')) document.deleteIn(['variables', 'ROUTE_HOSTNAME']);
  sortKeys(document);
  return `${schemaLine()}\n${document.toString({ lineWidth: 0 })}`;
}

/** Host name that routes of an environment name; none when it is reached by an address. */
export function hostnameOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : undefined;
}

/** `preprod-readers` is `staging-readers` in staging. */
function renameIn(document: Document, from: string, to: string): void {
  const variables = document.get('variables');
  if (!isMap(variables)) return;
  const whole = new RegExp(`(?<![a-z0-9])${from}(?![a-z0-9])`, 'g');
  for (const { value } of variables.items) {
    if (isScalar(value) && typeof value.value === 'string') value.value = value.value.replace(whole, to);
  }
}

function sortKeys({ contents }: Document): void {
  if (!isMap(contents)) return;
  const place = (key: unknown) => {
    const index = keysInOrder.indexOf(String(isScalar(key) ? key.value : key));
    return index < 0 ? keysInOrder.length : index;
  };
  contents.items.sort((a, b) => place(a.key) - place(b.key));
}
