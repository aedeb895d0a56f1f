/** A kind of object in an OpenAPI description. */
export type Kind =
  | 'description'
  | 'pathItem'
  | 'operation'
  | 'parameter'
  | 'requestBody'
  | 'response'
  | 'header'
  | 'mediaType'
  | 'encoding'
  | 'example'
  | 'schema';

/** A field that holds objects of a kind: one, a list of them, or a map. */
type Field = readonly [holds: 'one' | 'list' | 'map', kind: Kind];

/** Methods of HTTP that a path may have. */
export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

const fieldsOf = (fields: Readonly<Record<string, Field>>): ReadonlyMap<string, Field> =>
  new Map(Object.entries(fields));
const each = (names: readonly string[], field: Field) => Object.fromEntries(names.map((name) => [name, field]));

const described = fieldsOf({ schema: ['one', 'schema'], content: ['map', 'mediaType'], examples: ['map', 'example'] });

/**
 * Where references may stand in a description of OpenAPI 3.0 or 3.1, and to what. All else is data: `$ref` in an example
 * is a key like any other.
 */
const grammar: Readonly<Record<Kind, ReadonlyMap<string, Field>>> = {
  description: fieldsOf({ paths: ['map', 'pathItem'] }),
  pathItem: fieldsOf({ parameters: ['list', 'parameter'], ...each(methods, ['one', 'operation']) }),
  operation: fieldsOf({
    parameters: ['list', 'parameter'],
    requestBody: ['one', 'requestBody'],
    responses: ['map', 'response'],
  }),
  parameter: described,
  header: described,
  requestBody: fieldsOf({ content: ['map', 'mediaType'] }),
  response: fieldsOf({ headers: ['map', 'header'], content: ['map', 'mediaType'] }),
  mediaType: fieldsOf({ schema: ['one', 'schema'], examples: ['map', 'example'], encoding: ['map', 'encoding'] }),
  encoding: fieldsOf({ headers: ['map', 'header'] }),
  example: fieldsOf({}),
  schema: fieldsOf({
    ...each(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'], ['map', 'schema']),
    ...each(['allOf', 'anyOf', 'oneOf', 'prefixItems'], ['list', 'schema']),
    ...each(['items', 'additionalItems', 'additionalProperties', 'contains', 'propertyNames'], ['one', 'schema']),
    ...each(['not', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties'], ['one', 'schema']),
  }),
};

/** Returns what a field of an object holds, or undefined when it is data. */
export function fieldOf(kind: Kind, key: string): Field | undefined {
  return grammar[kind].get(key);
}

/** Fields that API Management does not read: the door has an address of its own, and knows neither callbacks nor links. */
const unread: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  description: ['servers', 'webhooks', 'components'],
  operation: ['callbacks'],
  response: ['links'],
};

/** Reports whether a field is for readers other than API Management. */
export function isUnread(kind: Kind, key: string): boolean {
  return unread[kind]?.includes(key) ?? false;
}
