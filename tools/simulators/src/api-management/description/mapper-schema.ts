import type { Mapper } from './operation-specs.ts';

interface Schema {
  [keyword: string]: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
}

/**
 * What Microsoft's description requires within `properties`, by class. The SDK flattens `properties`, which need not be
 * there, and so forgets it; witness: the resource types of 2024-05-01 in Azure/bicep-types-az.
 */
const requiredProperties: Readonly<Record<string, readonly string[]>> = {
  ApiCreateOrUpdateParameter: ['path'],
  ApiContract: ['path'],
  ApiVersionSetContract: ['displayName', 'versioningScheme'],
  BackendContract: ['url', 'protocol'],
  NamedValueCreateContract: ['displayName'],
  NamedValueContract: ['displayName'],
  OperationContract: ['displayName', 'method', 'urlTemplate'],
  PolicyContract: ['value'],
  PolicyFragmentContract: ['value'],
  ProductContract: ['displayName'],
  SubscriptionCreateParameters: ['scope', 'displayName'],
  SubscriptionContract: ['scope', 'state'],
};

/** Turns the SDK's mappers into one JSON Schema with a definition for each class. */
export class MapperSchemas {
  readonly definitions: Record<string, Schema> = {};
  private readonly classes: Readonly<Record<string, Mapper>>;

  constructor(classes: Readonly<Record<string, Mapper>>) {
    this.classes = classes;
  }

  schemaOf(mapper: Mapper): Schema {
    const { constraints = {}, type } = mapper;
    const bounds = {
      minLength: constraints.MinLength,
      maxLength: constraints.MaxLength,
      pattern: constraints.Pattern?.source,
      minimum: constraints.InclusiveMinimum,
      maximum: constraints.InclusiveMaximum,
      uniqueItems: constraints.UniqueItems,
    };
    const given = Object.entries(bounds).filter(([, value]) => value !== undefined);
    return { ...this.typeOf(type), ...Object.fromEntries(given) };
  }

  private typeOf(type: Mapper['type']): Schema {
    switch (type.name) {
      case 'Composite':
        return { $ref: `#/definitions/${this.define(type)}` };
      case 'Sequence':
        return { type: 'array', items: type.element ? this.schemaOf(type.element) : {} };
      case 'Dictionary':
        return { type: 'object', additionalProperties: type.value ? this.schemaOf(type.value) : true };
      case 'Enum':
        return { enum: type.allowedValues };
      case 'Boolean':
        return { type: 'boolean' };
      case 'Number':
        return { type: 'number' };
      case 'DateTime':
        return { type: 'string', format: 'date-time' };
      case 'any':
        return {};
      default:
        return { type: 'string' };
    }
  }

  private define(type: Mapper['type']): string {
    const name = type.className ?? '';
    if (Object.hasOwn(this.definitions, name)) return name;
    const schema: Schema = { type: 'object', properties: {}, required: [], additionalProperties: false };
    // Before its properties, which may need it.
    this.definitions[name] = schema;
    const properties = type.modelProperties ?? this.classes[name]?.type.modelProperties ?? {};
    for (const mapper of Object.values(properties)) this.addProperty(schema, mapper);
    const required = requiredProperties[name];
    if (required && schema.properties?.['properties']) {
      schema.properties['properties'].required = [...required];
      schema.required?.push('properties');
    }
    return name;
  }

  /** Adds a property at its place: `properties.path` is one of an object within. */
  private addProperty(schema: Schema, mapper: Mapper): void {
    const [last = '', ...outer] = (mapper.serializedName ?? '').split(/(?<!\\)\./).reverse();
    let inner = schema;
    for (const name of outer.reverse())
      inner = (inner.properties ??= {})[name] ??= {
        type: 'object',
        properties: {},
        required: [],
        additionalProperties: false,
      };
    (inner.properties ??= {})[last.replaceAll('\\.', '.')] = this.schemaOf(mapper);
    if (mapper.required) (inner.required ??= []).push(last);
  }
}
