/** What is read of a JSON schema. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** A schema with keys. */
export type ObjectSchema = Schema & { readonly properties: Readonly<Record<string, Schema>> };

/** A key of a schema, by its path: `cluster.context`, `freeze[].zone`. */
export interface SchemaKey {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Returns all keys of a schema, those within others after them. */
export function keysOf({ properties = {}, required = [] }: Schema, within = ''): SchemaKey[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${within}${name}`;
    const key = { path, schema, isRequired: required.includes(name) };
    const items = schema.items?.properties ? keysOf(schema.items, `${path}[].`) : [];
    return [key, ...keysOf(schema, `${path}.`), ...items];
  });
}

/** Returns a type as readers know it: `list of text`, `automatic or manual`, `number, 1 to 100`. */
export function typeName(schema: Schema): string {
  const { enum: choices, oneOf, items, minimum, maximum } = schema;
  if (choices) return choices.map((each) => `\`${String(each)}\``).join(', ');
  if (oneOf) return oneOf.map(typeName).join(', or ');
  const types = [schema.type ?? 'object'].flat().map((type) => (type === 'array' ? listName(items) : named(type)));
  if (minimum === undefined && maximum === undefined) return types.join(' or ');
  const bounds = maximum === undefined ? `from ${minimum}` : `${minimum ?? ''} to ${maximum}`;
  return `${types.join(' or ')}, ${bounds}`;
}

function listName(items: Schema | undefined): string {
  return items?.properties ? 'list of maps' : `list of ${items ? typeName(items) : 'values'}`;
}

function named(type: string): string {
  const names: Readonly<Record<string, string>> = { string: 'text', integer: 'whole number', boolean: 'yes or no' };
  return names[type] ?? (type === 'object' ? 'map' : type);
}
