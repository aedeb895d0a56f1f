import { createHash } from 'node:crypto';
import { Refusal } from '../../errors/product-error.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { canonicalJson } from '../../text/canonical-json.ts';
import type { ApiDescription, ApiOperation } from '../description/api-description.ts';
import { readPolicy, type Policy, type XmlParser } from './policy.ts';

/** The policies of an API, which are of one revision of it. */
export interface ApiPolicies {
  /** Of all its operations. */
  readonly api: Policy | undefined;
  /** By the names of operations at the door. */
  readonly operations: ReadonlyMap<string, Policy>;
  /** Values that the instance must have, each with the first file that needs it. */
  readonly namedValues: ReadonlyMap<string, string>;
  /** Fragments that the instance must have, likewise. */
  readonly fragments: ReadonlyMap<string, string>;
}

/** Those of an API that has none of its own. */
export const noPolicies: ApiPolicies = {
  api: undefined,
  ...{ operations: new Map(), namedValues: new Map(), fragments: new Map() },
};

/**
 * Reads the policies of an API: `policy.xml`, and `operations/<operationId>.xml`.
 * @param folder of the policies: `apps/orders/apim`; those of a version are in a folder of its name in there.
 * @param texts of all files in it, by path.
 * @throws {Refusal} naming file, line and what is wrong there, for each that cannot be sent.
 */
export function readApiPolicies(
  folder: string,
  texts: ReadonlyMap<string, string>,
  { operations }: Pick<ApiDescription, 'operations'>,
  xml: XmlParser,
): ApiPolicies {
  const mistakes: string[] = [];
  const found = new Map<string, Policy>();
  const namedValues = new Map<string, string>();
  const fragments = new Map<string, string>();
  for (const [path, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = path.slice(folder.length + 1);
    if (!path.startsWith(`${folder}/`) || !name.endsWith('.xml') || /^v\d+\//.test(name)) continue;
    const of = whosePolicy(name, operations);
    const policy = readPolicy(text, xml);
    if ('reason' in of) mistakes.push(`${path}: ${of.reason}`);
    if ('line' in policy) mistakes.push(`${path}:${policy.line}: ${policy.text}`);
    if ('reason' in of || 'line' in policy) continue;
    found.set(of.operation, policy);
    for (const each of policy.namedValues) if (!namedValues.has(each)) namedValues.set(each, path);
    for (const each of policy.fragments) if (!fragments.has(each)) fragments.set(each, path);
  }
  if (mistakes.length > 0) throw refusal(folder, mistakes);
  const api = found.get('');
  found.delete('');
  return { api, operations: found, namedValues, fragments };
}

/** Returns the digest of what a revision consists of: its description and its policies. `sha256:…`. */
export function contentDigest({ digest }: ApiDescription, { api, operations }: ApiPolicies): string {
  const texts = Object.fromEntries([...operations].map(([name, { text }]) => [name, text]));
  const content = canonicalJson({ description: digest, policy: api?.text ?? null, operations: texts });
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** @returns the name of the operation, empty for all of them. */
function whosePolicy(
  name: string,
  operations: readonly ApiOperation[],
): { readonly operation: string } | { readonly reason: string } {
  if (name === 'policy.xml') return { operation: '' };
  const [, id] = /^operations\/([^/]+)\.xml$/.exec(name) ?? [];
  if (id === undefined)
    return { reason: 'policies are in policy.xml and operations/<operationId>.xml; this file would not be sent.' };
  const operation = operations.find(({ operationId }) => operationId === id);
  if (operation) return { operation: operation.name };
  const known = operations.map(({ operationId }) => operationId);
  return { reason: `the description has no operation "${id}". ${didYouMean(id, known)}`.trimEnd() };
}

function refusal(folder: string, mistakes: readonly string[]): Refusal {
  return new Refusal({
    type: 'bad-api-policy',
    doing: `read the policies in ${folder}`,
    reason: mistakes.length === 1 ? mistakes[0]! : `There are ${mistakes.length} mistakes.`,
    remedy: 'Fix the file, or remove it: nothing was published.',
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
