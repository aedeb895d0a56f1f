import type { ApiDocument } from '../changes/api/api-document.ts';
import { fieldAt, isMap } from '../manifests/source/object-fields.ts';

/** Where an API is called. */
interface Door {
  readonly address: string | undefined;
  /** Header of the clients' key; undefined where none is asked for. */
  readonly keyHeader: string | undefined;
}

/** Name of the scheme that the door's key is shown as. */
const keyScheme = 'subscriptionKey';

/**
 * Returns a description as it is shown: requests go to the environment's door, whatever servers it names itself, and have the
 * door's key where it asks for one.
 */
export function shownDocument(document: ApiDocument, { address, keyHeader }: Door): ApiDocument {
  const { servers: _, paths, webhooks, ...rest } = document;
  const needsKey = keyHeader !== undefined;
  const items = (value: unknown) => pathItems(value, needsKey);
  return {
    ...rest,
    servers: address === undefined ? [] : [{ url: address }],
    paths: items(paths),
    ...(isMap(webhooks) ? { webhooks: items(webhooks) } : {}),
    ...(needsKey ? { security: withKey(document['security']) } : {}),
    components: components(document['components'], keyHeader),
  };
}

function components(value: unknown, keyHeader: string | undefined): Record<string, unknown> {
  const own = isMap(value) ? value : {};
  const schemes = isMap(own['securitySchemes']) ? own['securitySchemes'] : {};
  const key = keyHeader === undefined ? {} : { [keyScheme]: { type: 'apiKey', in: 'header', name: keyHeader } };
  return {
    ...own,
    ...(isMap(own['pathItems']) ? { pathItems: pathItems(own['pathItems'], keyHeader !== undefined) } : {}),
    ...(Object.keys({ ...schemes, ...key }).length > 0 ? { securitySchemes: { ...schemes, ...key } } : {}),
  };
}

/** Without the servers of paths and of operations. */
function pathItems(value: unknown, needsKey: boolean): Record<string, unknown> {
  const items = Object.entries(isMap(value) ? value : {}).filter(([, item]) => isMap(item));
  return Object.fromEntries(items.map(([path, item]) => [path, pathItem(item as Record<string, unknown>, needsKey)]));
}

function pathItem({ servers: _, ...fields }: Record<string, unknown>, needsKey: boolean): Record<string, unknown> {
  const shown = Object.entries(fields).map(([key, value]) => {
    if (!isMap(value)) return [key, value];
    const { servers: __, ...operation } = value;
    // What an operation asks for replaces what all ask for.
    const isOwn = needsKey && Array.isArray(fieldAt(operation, 'security'));
    return [key, isOwn ? { ...operation, security: withKey(operation['security']) } : operation];
  });
  return Object.fromEntries(shown) as Record<string, unknown>;
}

/** Adds the door's key, which it wants with every call, to what the service asks for. */
function withKey(security: unknown): Record<string, unknown>[] {
  const own = Array.isArray(security) ? security.filter(isMap) : [];
  const key = { [keyScheme]: [] };
  return own.length === 0 ? [key] : own.map((each) => ({ ...each, ...key }));
}
