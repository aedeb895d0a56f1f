import { ArmError, notFound } from './arm-error.ts';
import type { Answer, ManagementRequest, Properties } from './management-request.ts';

/** Something that the instance keeps. Immutable: a change makes another one. */
export interface Entity {
  readonly name: string;
  readonly properties: Properties;
  readonly etag: string;
}

let changes = 0;

/** Returns an entity tag that no other state of any entity has. */
export function nextEtag(): string {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(++changes, 4);
  return `"${bytes.toString('base64')}"`;
}

/** Throws when a request names another state of the entity than there is. */
export function checkPrecondition(
  { ifMatch }: ManagementRequest,
  existing: { readonly etag: string } | undefined,
): void {
  if (ifMatch === undefined || (ifMatch === '*' && existing)) return;
  if (ifMatch === existing?.etag) return;
  throw new ArmError(412, 'PreconditionFailed', 'Resource was modified since last retrieval.');
}

/** A page of a collection, with the address of the next one. */
export function pageOf(
  items: readonly unknown[],
  { query }: ManagementRequest,
  next: (skip: number) => string,
): Answer {
  const [skip, top] = [Number(query.get('$skip') ?? 0), Number(query.get('$top') ?? 100)];
  const value = items.slice(skip, skip + top);
  const isLast = skip + top >= items.length;
  return {
    state: 'done',
    status: 200,
    body: { value, count: items.length, ...(isLast ? {} : { nextLink: next(skip + top) }) },
  };
}

/** Entities of one kind by name. What it holds is replaced by a change, never changed: a reader may keep it. */
export class Entities {
  private held: ReadonlyMap<string, Entity> = new Map();
  private readonly kind: string;

  /** @param kind as API Management names it: `Product`. */
  constructor(kind: string) {
    this.kind = kind;
  }

  get all(): ReadonlyMap<string, Entity> {
    return this.held;
  }

  find(name: string): Entity | undefined {
    return this.held.get(name);
  }

  get(name: string): Entity {
    const found = this.held.get(name);
    if (!found) throw notFound(this.kind);
    return found;
  }

  put(name: string, properties: Properties): Entity {
    const entity = { name, properties, etag: nextEtag() };
    this.held = new Map([...this.held, [name, entity]]);
    return entity;
  }

  delete(name: string): void {
    this.held = new Map([...this.held].filter(([each]) => each !== name));
  }
}
