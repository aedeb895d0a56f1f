import { resolved, type ApiDocument } from '../changes/api/api-document.ts';
import { shortCommit } from '../commits/commit.ts';
import { methods } from '../facade/description/openapi-grammar.ts';
import { fieldAt, isMap, listAt } from '../manifests/source/object-fields.ts';
import { nameOf, portalId, type Portal, type PortalApi } from './portal.ts';

/** All that the page lists and searches; it loads a description when one is opened. */
export interface PortalIndex {
  readonly environment: string;
  readonly readAt: string;
  /** Path of the server beside the page that passes requests on; left out where the page asks the door itself. */
  readonly tryIt?: string;
  readonly apis: readonly IndexedApi[];
  readonly hidden: readonly { readonly name: string; readonly buildNumber: string; readonly reason: string }[];
}

/** An API in the list. All texts are somebody else's. */
export interface IndexedApi {
  readonly id: string;
  readonly service: string;
  readonly title: string;
  /** Beside others of the service: `v2`. */
  readonly version?: string;
  /** The description's own: `1.0.0`. */
  readonly apiVersion: string;
  readonly buildNumber: string;
  readonly commit: string;
  readonly commitUrl?: string;
  readonly isDirty: boolean;
  readonly address?: string;
  /** True when all its operations are. */
  readonly isDeprecated: boolean;
  readonly tags: readonly { readonly name: string; readonly operations: readonly IndexedOperation[] }[];
}

/** An operation in the list. */
export interface IndexedOperation {
  /** `get`. */
  readonly method: string;
  /** As the description has it: `/{id}`. */
  readonly path: string;
  /** As clients call it: `/orders/{id}`. */
  readonly publicPath: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly isDeprecated: boolean;
  /** Its words for a search, in lower case. */
  readonly text: string;
}

/** The file that the page loads first. */
export const indexFile = 'portal.json';

/** Tag of operations without one, as the viewer names it. */
const noTag = 'default';
const longestText = 300;
const isMethod = (key: string) => methods.some((method) => method === key);

/** Returns what the page lists of a portal. @param tryIt path of the server that passes requests on, if there is one. */
export function portalIndex({ environment, readAt, apis, hidden }: Portal, tryIt?: string): PortalIndex {
  return {
    ...{ environment, readAt },
    ...(tryIt === undefined ? {} : { tryIt }),
    apis: apis.map(indexedApi),
    hidden: hidden
      .filter(({ hasNone }) => hasNone !== true)
      .map((api) => ({ name: nameOf(api), buildNumber: api.buildNumber.toString(), reason: api.reason })),
  };
}

/** Returns the files that the page loads, by their path beside it. @param tryIt as for the index. */
export function portalFiles(portal: Portal, tryIt?: string): ReadonlyMap<string, string> {
  const files = new Map([[indexFile, JSON.stringify(portalIndex(portal, tryIt))]]);
  for (const api of portal.apis) files.set(`descriptions/${portalId(api)}.json`, JSON.stringify(api.document));
  return files;
}

function indexedApi(api: PortalApi): IndexedApi {
  const { service, version, document, buildNumber, commit, commitUrl, isDirty, address } = api;
  const title = textAt(document, 'info', 'title') || service;
  const operations = operationsOf(api, title);
  return {
    ...{ id: portalId(api), service, title, apiVersion: textAt(document, 'info', 'version') },
    ...(version === undefined ? {} : { version: version.toString() }),
    ...{ buildNumber: buildNumber.toString(), commit: shortCommit(commit), isDirty },
    ...(commitUrl === undefined ? {} : { commitUrl }),
    ...(address === undefined ? {} : { address }),
    isDeprecated: operations.length > 0 && operations.every(({ operation }) => operation.isDeprecated),
    tags: byTag(document, operations),
  };
}

interface TaggedOperation {
  readonly tag: string;
  readonly operation: IndexedOperation;
}

function operationsOf(api: PortalApi, title: string): TaggedOperation[] {
  const { document, address } = api;
  const base = address === undefined ? '' : new URL(address).pathname.replace(/\/$/, '');
  return Object.entries(fieldAt(document, 'paths') ?? {}).flatMap(([path, value]) => {
    const item = resolved(document, value);
    return Object.keys(item)
      .filter((key) => isMethod(key) && isMap(item[key]))
      .map((method): TaggedOperation => {
        const fields = item[method] as Record<string, unknown>;
        const [operationId, summary] = [textAt(fields, 'operationId'), textAt(fields, 'summary')];
        const publicPath = `${base}${path}`;
        const tag = firstTag(fields);
        const words = [nameOf(api), title, tag, method, publicPath, operationId, summary];
        const operation = {
          ...{ method, path, publicPath, isDeprecated: fields['deprecated'] === true },
          ...(operationId === '' ? {} : { operationId }),
          ...(summary === '' ? {} : { summary }),
          text: words.join(' ').toLowerCase(),
        };
        return { tag, operation };
      });
  });
}

/** In the order in which the description lists its tags, then those that it does not list. */
function byTag(document: ApiDocument, operations: readonly TaggedOperation[]): IndexedApi['tags'] {
  const groups = new Map<string, IndexedOperation[]>();
  for (const { name } of listAt(document, 'tags')) if (typeof name === 'string') groups.set(name, []);
  for (const { tag, operation } of operations) {
    const group = groups.get(tag) ?? [];
    group.push(operation);
    groups.set(tag, group);
  }
  return [...groups].filter(([, each]) => each.length > 0).map(([name, each]) => ({ name, operations: each }));
}

function firstTag({ tags }: Record<string, unknown>): string {
  const [first] = Array.isArray(tags) ? tags : [];
  return typeof first === 'string' && first !== '' ? first : noTag;
}

function textAt(value: unknown, ...path: readonly string[]): string {
  const text = fieldAt(value, ...path);
  return typeof text === 'string' || typeof text === 'number' ? String(text).slice(0, longestText) : '';
}
