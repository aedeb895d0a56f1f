/** The kinds of things that provisioning makes at an instance, in the order in which they are written: each needs those before it. */
export const entityKinds = ['named-value', 'fragment', 'product', 'policy', 'fallback'] as const;

export type EntityKind = (typeof entityKinds)[number];

/** A thing of an instance that provisioning writes. */
export interface InstanceEntity {
  readonly kind: EntityKind;
  /** Its id in the instance; an instance has one policy. */
  readonly id: string;
  /** As people and policies call it: that of a named value is its display name. */
  readonly name: string;
  /** Its fields by name, as texts; one that is missing is not set. */
  readonly content: Readonly<Record<string, string>>;
}

/** One that is there. */
export interface HeldEntity extends InstanceEntity {
  /** Tags of the places whose environments provisioned it; none for what was made by hand. */
  readonly owners: readonly string[];
}

/** Names of fields of what is kept, by kind; others of it stay as they are. */
export const fieldsOf: Readonly<Record<EntityKind, readonly string[]>> = {
  'named-value': ['value', 'keyVault', 'identity', 'secret'],
  fragment: ['text'],
  product: ['name', 'description', 'terms', 'subscription', 'approval', 'published'],
  policy: ['text'],
  fallback: ['name', 'path', 'backend', 'subscription', 'operations'],
};

/** Returns how a kind is called. */
export const kindWords: Readonly<Record<EntityKind, string>> = {
  'named-value': 'named value',
  fragment: 'fragment',
  product: 'product',
  policy: 'policy',
  fallback: 'fallback API',
};

/** Methods that the fallback API takes, each by an operation for all paths. */
export const fallbackMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

/** Returns the identity of an entity. Ids do not differ by capitals, names of named values do. */
export function entityKey({ kind, id, name }: Pick<InstanceEntity, 'kind' | 'id' | 'name'>): string {
  return `${kind}/${kind === 'named-value' ? name : id.toLowerCase()}`;
}

/** Returns how an entity is called: `named value legacy-url`. */
export function describeEntity({ kind, name }: Pick<InstanceEntity, 'kind' | 'name'>): string {
  return kind === 'policy' ? 'base policy' : `${kindWords[kind]} ${name}`;
}

/** Returns the names of the fields in which a live entity is not as it is wanted. */
export function differingFields(wanted: InstanceEntity, held: InstanceEntity): string[] {
  return fieldsOf[wanted.kind].filter(
    (field) => comparable(field, wanted.content[field]) !== comparable(field, held.content[field]),
  );
}

/** Returns a value without what API Management may write otherwise: spaces between elements, capitals in an address. */
function comparable(field: string, value = ''): string {
  if (field === 'text') return value.replaceAll(/\s+/g, ' ').replaceAll(/> </g, '><').trim();
  if (field === 'keyVault') return value.toLowerCase().replace(/\/$/, '');
  if (field === 'backend') return value.replace(/\/$/, '');
  return value.trim();
}
