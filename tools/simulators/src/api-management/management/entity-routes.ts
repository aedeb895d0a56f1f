import { ArmError } from './arm-error.ts';
import { checkPrecondition, pageOf, type Entities, type Entity } from './entities.ts';
import { checkIdentifier } from './identifiers.ts';
import type { Accepted, Answer, ManagementRequest, Properties, Routes } from './management-request.ts';

/** How entities of a kind behave where they differ. */
export interface EntityKind {
  /** The instance's id. */
  readonly base: string;
  /** `products`. */
  readonly collection: string;
  /** The path's parameter: `productId`. */
  readonly parameter: string;
  readonly entities: Entities;
  /** Returns what is kept of a request. @throws ArmError when the service refuses it. */
  readonly accept: (request: ManagementRequest, existing: Entity | undefined) => Properties;
  /** Returns what an answer shows. */
  readonly show?: (properties: Properties) => Properties;
  /** Returns what a request for one of them is answered with, where it may ask for a form of it. */
  readonly read?: (properties: Properties, request: ManagementRequest) => Properties;
  /** Throws when the entity is needed. */
  readonly checkUnused?: (entity: Entity, request: ManagementRequest) => void;
  /** Called when one was deleted. */
  readonly deleted?: (entity: Entity) => void;
  /** PUT and PATCH go on after their answers. */
  readonly isLongRunning?: boolean;
}

/** Returns what a resource looks like in an answer. @param path below the instance: `products/shop`. */
export function resource(base: string, path: string, properties: Properties): unknown {
  const parts = path.split('/');
  const type = ['Microsoft.ApiManagement/service', ...parts.filter((_, index) => index % 2 === 0)].join('/');
  return { id: `${base}/${path}`, type, name: parts.at(-1), properties };
}

/** Returns a page of a collection. @param path below the instance. */
export function listOf(base: string, path: string, items: readonly unknown[], request: ManagementRequest): Answer {
  const top = request.query.get('$top');
  const address = `${base}/${path}?api-version=${request.query.get('api-version')}${top === null ? '' : `&$top=${top}`}`;
  return pageOf(items, request, (skip) => `${address}&$skip=${skip}`);
}

/** Returns the routes of a kind of entities: list, GET, HEAD, PUT, PATCH, DELETE. */
export function entityRoutes(kind: EntityKind): Routes {
  const { base, collection, parameter, entities, show = (properties) => properties, read = show } = kind;
  const nameOf = (request: ManagementRequest) => request.values[parameter] ?? '';
  const bodyOf = ({ name, properties }: Entity) => resource(base, `${collection}/${name}`, show(properties));
  const answer = (status: number, entity: Entity): Answer => ({
    state: 'done',
    status,
    etag: entity.etag,
    body: bodyOf(entity),
  });
  const write = (request: ManagementRequest, existing: Entity | undefined): Answer | Accepted => {
    const name = nameOf(request);
    checkIdentifier(parameter, name);
    checkPrecondition(request, existing);
    const properties = kind.accept(request, existing);
    const status = existing ? 200 : 201;
    const finish = () => answer(status, entities.put(name, properties));
    if (!kind.isLongRunning) return finish();
    const body = resource(base, `${collection}/${name}`, show({ ...properties, provisioningState: 'InProgress' }));
    return { state: 'accepted', status, body, finish };
  };
  const item = `${collection}/{${parameter}}`;
  return {
    [`GET ${collection}`]: (request) => listOf(base, collection, [...entities.all.values()].map(bodyOf), request),
    [`GET ${item}`]: (request) => {
      const { name, properties, etag } = entities.get(nameOf(request));
      return answer(200, { name, etag, properties: read(properties, request) });
    },
    [`HEAD ${item}`]: (request) => ({ state: 'done', status: 200, etag: entities.get(nameOf(request)).etag }),
    [`PUT ${item}`]: (request) => write(request, entities.find(nameOf(request))),
    [`PATCH ${item}`]: (request) => write(request, entities.get(nameOf(request))),
    [`DELETE ${item}`]: (request) => {
      const existing = entities.find(nameOf(request));
      if (!existing) return { state: 'done', status: 204 };
      checkPrecondition(request, existing);
      kind.checkUnused?.(existing, request);
      entities.delete(existing.name);
      kind.deleted?.(existing);
      return { state: 'done', status: 200 };
    },
  };
}

/** Where something is referred to from: a policy, another entity. */
export interface Reference {
  /** Below the instance: `apis/orders;rev=2/policies/policy`. */
  readonly from: string;
  readonly text: string;
}

/** Throws when texts refer to an entity. @param isIn finds it in a text. */
export function checkNoReference(
  kind: string,
  name: string,
  references: readonly Reference[],
  isIn: (text: string) => boolean,
): void {
  const users = references.filter(({ text }) => isIn(text)).map(({ from }) => `/${from}`);
  if (users.length === 0) return;
  throw new ArmError(
    400,
    'ValidationError',
    `${kind} '${name}' is used by the following entities: ${users.join(', ')}.`,
  );
}
