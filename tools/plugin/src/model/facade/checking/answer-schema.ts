import { isMap } from '../../manifests/source/object-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

const schemaMaps = ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'];
const schemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const schemas = ['items', 'additionalItems', 'additionalProperties', 'contains', 'propertyNames', 'not'];
const moreSchemas = ['if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties'];

/**
 * Returns a schema of OpenAPI 3.0 or 3.1 as the JSON Schema 2020-12 of an answer: what only requests have is not wanted,
 * and what 3.0 says in ways of its own (`nullable`, `exclusiveMinimum: true`) is said in the usual one.
 * @param isOld true when it is one of 3.0.
 */
export function answerSchema(schema: unknown, isOld: boolean): unknown {
  if (!isMap(schema)) return schema;
  // In 3.0 nothing else of it counts then.
  if (isOld && typeof schema['$ref'] === 'string') return { $ref: schema['$ref'] };
  const within = (value: unknown) => answerSchema(value, isOld);
  const entries = Object.entries(schema).map(([key, value]) => {
    if (schemaMaps.includes(key) && isMap(value))
      return [key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, within(each)]))] as const;
    if (schemaLists.includes(key) && Array.isArray(value)) return [key, value.map(within)] as const;
    if (schemas.includes(key) || moreSchemas.includes(key)) return [key, within(value)] as const;
    return [key, value] as const;
  });
  const translated = withoutRequestOnly(Object.fromEntries(entries));
  return isOld ? inUsualWords(translated) : translated;
}

/** Returns a schema that does not require what is only in requests. */
function withoutRequestOnly(schema: Fields): Fields {
  const { properties, required } = schema;
  if (!isMap(properties) || !Array.isArray(required)) return schema;
  const isWanted = (name: unknown) => {
    const property = Object.hasOwn(properties, String(name)) ? properties[String(name)] : undefined;
    return !(isMap(property) && property['writeOnly'] === true);
  };
  return { ...schema, required: required.filter(isWanted) };
}

function inUsualWords(schema: Fields): Fields {
  const { nullable, exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  const { minimum, maximum, ...others } = rest;
  const words = {
    ...others,
    ...(minimum === undefined ? {} : { [exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum === undefined ? {} : { [exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum']: maximum }),
  };
  return nullable === true ? orNull(words) : words;
}

/** Where there is no type, the specification gives `nullable` no meaning, but whoever wrote it did. */
function orNull(schema: Fields): Fields {
  const { type, enum: values } = schema;
  if (typeof type !== 'string') return { anyOf: [{ type: 'null' }, schema] };
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  };
}
