import { ArmError, fieldError, notFound } from '../management/arm-error.ts';
import { checkImport, importApi, type ImportedApi } from './api-import.ts';
import { checkPrecondition, nextEtag, type Entity } from '../management/entities.ts';
import { listOf, resource, type Reference } from '../management/entity-routes.ts';
import { checkIdentifier, nameInId, parseApiId } from '../management/identifiers.ts';
import {
  textOf,
  type Accepted,
  type Answer,
  type ManagementRequest,
  type Properties,
  type Routes,
} from '../management/management-request.ts';
import type { Policy } from './policies.ts';
import type { VersionSets } from './version-sets.ts';

/** A revision of an API. Immutable, as everything that the gateways read. */
export interface Revision {
  readonly id: string;
  /** What a revision has for itself: `serviceUrl`, `apiRevisionDescription`. */
  readonly properties: Properties;
  readonly operations: ReadonlyMap<string, Entity>;
  readonly policy: Policy | undefined;
  readonly operationPolicies: ReadonlyMap<string, Policy>;
  readonly created: string;
  readonly updated: string;
  readonly etag: string;
}

/** An API: what all of its revisions share, and which of them is current. */
export interface Api {
  readonly name: string;
  /** The properties that are frozen on a revision that is not current. */
  readonly shared: Properties;
  readonly current: string;
  readonly revisions: ReadonlyMap<string, Revision>;
}

/** Properties that only the current revision may change, with the names that API Management has for them. */
const frozen: Readonly<Record<string, string>> = {
  displayName: 'Name',
  type: 'Type',
  description: 'Description',
  subscriptionRequired: 'SubscriptionRequired',
  apiVersion: 'ApiVersion',
  apiVersionDescription: 'ApiVersionDescription',
  apiVersionSetId: 'ApiVersionSetId',
  path: 'Path',
  protocols: 'Protocols',
  subscriptionKeyParameterNames: 'SubscriptionKeyParameterNames',
};
/** What a request says of the import or the revision itself, and no API keeps. */
const transient = [
  'format',
  'value',
  'translateRequiredQueryParameters',
  'sourceApiId',
  'isCurrent',
  'apiRevision',
  'isOnline',
  'provisioningState',
  'apiType',
  'wsdlSelector',
];

const defaults: Properties = {
  type: 'http',
  subscriptionRequired: true,
  protocols: ['https'],
  subscriptionKeyParameterNames: { header: 'Ocp-Apim-Subscription-Key', query: 'subscription-key' },
};

/** Returns an API's path as it is compared: without slashes around it, in lower case. */
export function suffixOf({ shared }: Api): string {
  return normalized(textOf(shared, 'path') ?? '');
}

/** Returns the version set of an API; undefined when it is in none. */
export function versionSetOf({ shared }: Api, sets: ReadonlyMap<string, Entity>): Entity | undefined {
  return sets.get(textOf(shared, 'apiVersionSetId')?.split('/').at(-1) ?? '');
}

/** Returns the path under which an API is called: with the version, where its set has that in the path. */
export function publicPathOf(api: Api, sets: ReadonlyMap<string, Entity>): string {
  const version = textOf(api.shared, 'apiVersion') ?? '';
  const isSegment = versionSetOf(api, sets)?.properties['versioningScheme'] === 'Segment';
  return [suffixOf(api), isSegment ? version.toLowerCase() : ''].filter((part) => part !== '').join('/');
}

function normalized(path: string): string {
  return path.replaceAll(/^\/+|\/+$/g, '').toLowerCase();
}

/** APIs with their revisions. */
export class Apis {
  /** How many operations all revisions of all APIs may have together. */
  maximumOperations = 3000;
  readonly routes: Routes;
  private held: ReadonlyMap<string, Api> = new Map();
  private readonly base: string;
  private readonly versionSets: VersionSets;
  private readonly deleted: (name: string) => void;

  /** @param deleted called with the name of an API that is gone. */
  constructor(base: string, versionSets: VersionSets, deleted: (name: string) => void) {
    this.base = base;
    this.versionSets = versionSets;
    this.deleted = deleted;
    const done = (status: number, { api, revision }: Found, id: string): Answer => ({
      state: 'done',
      status,
      etag: revision.etag,
      body: this.contract(api, revision, id),
    });
    const idOf = ({ values }: ManagementRequest) => values['apiId'] ?? '';
    this.routes = {
      'GET apis': (request) => {
        const all = [...this.held.values()].map((api) => this.contract(api, currentOf(api), api.name));
        return listOf(base, 'apis', all, request);
      },
      'GET apis/{apiId}': (request) => done(200, this.get(idOf(request)), idOf(request)),
      'HEAD apis/{apiId}': (request) => ({ state: 'done', status: 200, etag: this.get(idOf(request)).revision.etag }),
      'PUT apis/{apiId}': (request) => this.put(request),
      'PATCH apis/{apiId}': (request) => {
        const found = this.get(idOf(request));
        checkPrecondition(request, found.revision);
        this.change(found, request.properties);
        return done(200, this.get(idOf(request)), idOf(request));
      },
      'DELETE apis/{apiId}': (request) => this.remove(request),
      'GET apis/{apiId}/revisions': (request) => {
        const { api } = this.get(idOf(request));
        return listOf(
          base,
          `apis/${idOf(request)}/revisions`,
          [...api.revisions.values()].map((each) => this.revisionContract(api, each)),
          request,
        );
      },
    };
  }

  get all(): ReadonlyMap<string, Api> {
    return this.held;
  }

  /** The revision that an id names: the current one, or that of `;rev=`. @throws ArmError */
  get(id: string): Found {
    const found = this.find(id);
    if (!found) throw notFound('API');
    return found;
  }

  find(id: string): Found | undefined {
    const { name, revision = '' } = parseApiId(id);
    const api = this.held.get(name);
    const found = api?.revisions.get(revision === '' ? api.current : revision);
    return api && found && { api, revision: found };
  }

  /** Stores another state of a revision. */
  replace(api: Api, revision: Revision): void {
    const changed = { ...revision, updated: now(), etag: nextEtag() };
    this.store({ ...api, revisions: new Map([...api.revisions, [revision.id, changed]]) });
  }

  /** Makes a revision current. */
  makeCurrent(name: string, revision: string): void {
    const { api } = this.get(name);
    this.store({ ...api, current: revision });
  }

  /** Throws when the instance has no room for more operations. */
  checkRoomFor(added: number): void {
    const count = [...this.held.values()]
      .flatMap(({ revisions }) => [...revisions.values()])
      .reduce((sum, { operations }) => sum + operations.size, 0);
    if (count + added <= this.maximumOperations) return;
    throw new ArmError(
      400,
      'ValidationError',
      `You've reached the maximum number of Operations (${this.maximumOperations}) in API Management service.`,
    );
  }

  /** The texts of the policies of all revisions. */
  get references(): Reference[] {
    return [...this.held.values()].flatMap(({ name, revisions }) =>
      [...revisions.values()].flatMap(({ id, policy, operationPolicies }) => [
        ...(policy
          ? [{ from: `apis/${name};rev=${id}/policies/policy`, text: textOf(policy.properties, 'value') ?? '' }]
          : []),
        ...[...operationPolicies].map(([operation, { properties }]) => ({
          from: `apis/${name};rev=${id}/operations/${operation}/policies/policy`,
          text: textOf(properties, 'value') ?? '',
        })),
      ]),
    );
  }

  private store(api: Api): void {
    this.held = new Map([...this.held, [api.name, api]]);
  }

  private contract(api: Api, revision: Revision, id: string): unknown {
    const own = { apiRevision: revision.id, isCurrent: revision.id === api.current, isOnline: true };
    return resource(this.base, `apis/${id}`, { ...api.shared, ...revision.properties, ...own });
  }

  private revisionContract(api: Api, { id, created, updated, properties }: Revision): unknown {
    return {
      apiId: `/apis/${api.name};rev=${id}`,
      apiRevision: id,
      createdDateTime: created,
      updatedDateTime: updated,
      description: textOf(properties, 'apiRevisionDescription') ?? '',
      privateUrl: `/${publicPathOf(api, this.versionSets.entities.all)};rev=${id}`,
      isOnline: true,
      isCurrent: id === api.current,
    };
  }

  private put(request: ManagementRequest): Answer | Accepted {
    const { properties } = request;
    const id = request.values['apiId'] ?? '';
    const { name, revision: named } = parseApiId(id);
    checkIdentifier('aid', name);
    if (named !== undefined) checkIdentifier('apiRevision', named);
    const given = textOf(properties, 'apiRevision');
    if (given !== undefined) checkIdentifier('apiRevision', given);
    if ('value' in properties !== 'format' in properties)
      throw fieldError('format', 'Format and value must be given together.');
    if ('value' in properties) checkImport(textOf(properties, 'format') ?? '', textOf(properties, 'value') ?? '');
    const source = this.sourceOf(properties);
    const api = this.held.get(name);
    const existing = api?.revisions.get(named ?? api.current);
    checkPrecondition(request, existing);
    const target = api
      ? this.existing(api, { named, given, properties, source })
      : this.created(name, { given, properties, source });
    const imports = 'value' in properties;
    const isNew = existing === undefined;
    return {
      state: 'accepted',
      status: isNew ? 201 : 200,
      body: resource(this.base, `apis/${id}`, {
        ...target.api.shared,
        ...target.revision.properties,
        apiRevision: target.revision.id,
        isCurrent: target.api.current === target.revision.id,
        provisioningState: 'InProgress',
      }),
      finish: () => {
        this.write(target, imports ? importOf(properties) : undefined, properties);
        const stored = this.get(id === name || !api ? name : id);
        return {
          state: 'done',
          status: isNew ? 201 : 200,
          etag: stored.revision.etag,
          body: this.contract(stored.api, stored.revision, id),
        };
      },
    };
  }

  private sourceOf(properties: Properties): Found | undefined {
    const id = textOf(properties, 'sourceApiId');
    if (id === undefined) return undefined;
    const source = this.find(nameInId(id, { base: this.base, property: 'sourceApiId', collection: 'apis' }));
    if (!source) throw fieldError('sourceApiId', `API '${id}' does not exist.`);
    return source;
  }

  /** What a PUT makes of an API that does not exist. Its revision is the one of the body; `;rev=` has no say. */
  private created(name: string, { given = '1', properties, source }: Put): Found {
    const shared = { ...defaults, ...source?.api.shared, ...sharedOf(properties) };
    if (!('displayName' in shared) && !('value' in properties)) throw fieldError('name', 'Name is required.');
    const revision = revisionFrom(given, source?.revision, properties);
    const api = { name, shared, current: given, revisions: new Map([[given, revision]]) };
    this.checkPlace(api);
    return { api, revision };
  }

  /** What a PUT makes of an API that exists, of its current revision or of another. */
  private existing(
    api: Api,
    { named, given, properties, source }: Put & { readonly named: string | undefined },
  ): Found {
    const id = named ?? api.current;
    if (named === api.current) {
      const message = `Resource with identifier '${api.name};rev=${named}' already exists: it is the current revision.`;
      throw new ArmError(409, 'IdentifierAlreadyInUse', message);
    }
    if (given !== undefined && given !== id)
      throw fieldError('apiRevision', `The revision of ${api.name} in the address is ${id}, not ${given}.`);
    const known = api.revisions.get(id);
    if (named !== undefined && properties['isCurrent'] === true)
      throw fieldError('isCurrent', "Can't set new revision as current.");
    const isCurrent = named === undefined;
    if (!isCurrent) checkFrozen(api, properties);
    const changed = isCurrent ? { ...api, shared: { ...api.shared, ...sharedOf(properties) } } : api;
    this.checkPlace(changed);
    return {
      api: changed,
      revision: known ? merged(known, properties) : revisionFrom(id, source?.revision, properties),
    };
  }

  /** Changes properties in place. */
  private change({ api, revision }: Found, properties: Properties): void {
    const isCurrent = revision.id === api.current;
    if ('isCurrent' in properties && properties['isCurrent'] !== isCurrent)
      throw fieldError('isCurrent', "Can't change the current revision: make a release.");
    const given = textOf(properties, 'apiRevision');
    if (given !== undefined && given !== revision.id)
      throw fieldError('apiRevision', "Can't change the revision's identifier.");
    if (!isCurrent) checkFrozen(api, properties);
    const changed = isCurrent ? { ...api, shared: { ...api.shared, ...sharedOf(properties) } } : api;
    this.checkPlace(changed);
    this.replace(changed, merged(revision, properties));
  }

  /** Carries a PUT out, with its import. */
  private write({ api, revision }: Found, imported: ImportedApi | undefined, properties: Properties): void {
    const isCurrent = api.current === revision.id;
    const before = this.held.get(api.name)?.revisions.get(revision.id)?.operations.size ?? 0;
    if (!imported) {
      this.checkRoomFor(revision.operations.size - before);
      return this.replace(api, revision);
    }
    // A document without a description takes the API's away.
    const said = { displayName: imported.title, description: imported.description ?? '' };
    if (!isCurrent) checkFrozen(api, said);
    this.checkRoomFor(imported.operations.size - before);
    const operations = new Map(
      [...imported.operations].map(([id, each]) => [id, { name: id, properties: each, etag: nextEtag() }]),
    );
    const serviceUrl = textOf(properties, 'serviceUrl') ?? imported.serviceUrl;
    this.replace(isCurrent ? { ...api, shared: { ...api.shared, ...said } } : api, {
      ...revision,
      properties: serviceUrl === undefined ? revision.properties : { ...revision.properties, serviceUrl },
      operations,
      // Operations are matched by id; the policy of one that is gone goes with it.
      operationPolicies: new Map([...revision.operationPolicies].filter(([id]) => operations.has(id))),
    });
  }

  private checkPlace(api: Api): void {
    const setId = textOf(api.shared, 'apiVersionSetId');
    const version = textOf(api.shared, 'apiVersion') ?? '';
    if (setId !== undefined) {
      const set = nameInId(setId, { base: this.base, property: 'apiVersionSetId', collection: 'apiVersionSets' });
      if (!this.versionSets.entities.find(set))
        throw fieldError('apiVersionSetId', `API version set '${set}' does not exist.`);
    } else if (version !== '') throw fieldError('apiVersionSetId', 'An API with a version must be in a version set.');
    for (const other of this.held.values()) {
      if (other.name === api.name) continue;
      const isSameSet = setId !== undefined && setId === textOf(other.shared, 'apiVersionSetId');
      if (isSameSet && version === (textOf(other.shared, 'apiVersion') ?? ''))
        throw fieldError('apiVersion', `API with specified version '${version}' already exists`);
      if (isSameSet || suffixOf(other) !== suffixOf(api)) continue;
      const [name, path] = [textOf(api.shared, 'displayName') ?? api.name, textOf(api.shared, 'path') ?? ''];
      throw fieldError(
        'path',
        `Cannot create API '${name}' with the same Path '${path}' as API '${textOf(other.shared, 'displayName')}' unless it's a part of the same version set`,
      );
    }
  }

  private remove(request: ManagementRequest): Answer | Accepted {
    const id = request.values['apiId'] ?? '';
    const { name, revision: named } = parseApiId(id);
    const found = this.find(id);
    if (!found) return { state: 'done', status: 204 };
    const { api, revision } = found;
    checkPrecondition(request, revision);
    if (named !== undefined && named === api.current)
      throw new ArmError(400, 'ValidationError', 'Cannot delete the current revision of an API.');
    if (named === undefined && api.revisions.size > 1 && request.query.get('deleteRevisions') !== 'true')
      throw new ArmError(
        400,
        'ValidationError',
        'Cannot delete an API that has revisions, unless deleteRevisions is true.',
      );
    return {
      state: 'accepted',
      status: 204,
      body: undefined,
      finish: () => {
        if (named !== undefined)
          this.store({ ...api, revisions: new Map([...api.revisions].filter(([each]) => each !== named)) });
        else {
          this.held = new Map([...this.held].filter(([each]) => each !== name));
          this.deleted(name);
        }
        return { state: 'done', status: 204 };
      },
    };
  }
}

/** A revision, with the API that it is of. */
export interface Found {
  readonly api: Api;
  readonly revision: Revision;
}

interface Put {
  /** The revision in the body. */
  readonly given: string | undefined;
  readonly properties: Properties;
  readonly source: Found | undefined;
}

export function currentOf({ current, revisions }: Api): Revision {
  const found = revisions.get(current);
  if (!found) throw new Error(`The current revision ${current} is missing.`);
  return found;
}

function importOf(properties: Properties): ImportedApi {
  const translate = textOf(properties, 'translateRequiredQueryParameters') === 'query' ? 'query' : 'template';
  return importApi(textOf(properties, 'format') ?? '', textOf(properties, 'value') ?? '', translate);
}

/** Throws when properties differ from the current revision's in what is frozen. */
function checkFrozen({ shared }: Api, properties: Properties): void {
  for (const [field, name] of Object.entries(frozen)) {
    if (!(field in properties)) continue;
    const isEqual =
      field === 'path'
        ? normalized(String(properties[field])) === normalized(String(shared[field]))
        : JSON.stringify(properties[field]) ===
          JSON.stringify(shared[field] ?? (['apiVersion', 'description'].includes(field) ? '' : undefined));
    if (!isEqual) throw fieldError(field, `Can't change property ${name} for non-current revision`);
  }
}

function sharedOf(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name in frozen));
}

function ownOf(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => !(name in frozen) && !transient.includes(name)),
  );
}

function merged(revision: Revision, properties: Properties): Revision {
  return { ...revision, properties: { ...revision.properties, ...ownOf(properties) } };
}

/** A new revision: a copy of another one with its operations and policies, or an empty one. */
function revisionFrom(id: string, source: Revision | undefined, properties: Properties): Revision {
  const { apiRevisionDescription: _, ...copied } = source?.properties ?? {};
  return {
    id,
    properties: { ...copied, ...ownOf(properties) },
    operations: source?.operations ?? new Map(),
    policy: source?.policy,
    operationPolicies: source?.operationPolicies ?? new Map(),
    created: now(),
    updated: now(),
    etag: nextEtag(),
  };
}

function now(): string {
  return new Date().toISOString();
}
