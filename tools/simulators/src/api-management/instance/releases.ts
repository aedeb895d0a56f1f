import { fieldError, notFound } from '../management/arm-error.ts';
import type { Apis } from './apis.ts';
import { checkPrecondition, nextEtag, type Entity } from '../management/entities.ts';
import { listOf, resource } from '../management/entity-routes.ts';
import { checkIdentifier, nameInId, parseApiId } from '../management/identifiers.ts';
import { textOf, type Answer, type ManagementRequest, type Routes } from '../management/management-request.ts';

/** Releases: the change log of an API; making one makes its revision current. */
export class Releases {
  readonly routes: Routes;
  private readonly byApi = new Map<string, Map<string, Entity>>();
  private readonly base: string;
  private readonly apis: Apis;

  constructor(base: string, apis: Apis) {
    this.base = base;
    this.apis = apis;
    const item = 'apis/{apiId}/releases/{releaseId}';
    this.routes = {
      'GET apis/{apiId}/releases': (request) => {
        const all = [...this.of(request).values()].map((each) => this.bodyOf(request, each));
        return listOf(base, `apis/${request.values['apiId']}/releases`, all, request);
      },
      [`GET ${item}`]: (request) => this.answer(request, 200, this.get(request)),
      [`HEAD ${item}`]: (request) => ({ state: 'done', status: 200, etag: this.get(request).etag }),
      [`PUT ${item}`]: (request) => this.put(request),
      [`PATCH ${item}`]: (request) => {
        const existing = this.get(request);
        checkPrecondition(request, existing);
        return this.store(request, 200, {
          ...existing,
          properties: { ...existing.properties, ...this.notesOf(request) },
        });
      },
      [`DELETE ${item}`]: (request) => {
        const existing = this.of(request).get(request.values['releaseId'] ?? '');
        if (!existing) return { state: 'done', status: 204 };
        checkPrecondition(request, existing);
        this.of(request).delete(existing.name);
        return { state: 'done', status: 200 };
      },
    };
  }

  /** Forgets the releases of an API that is gone. */
  forget(api: string): void {
    this.byApi.delete(api);
  }

  private of({ values }: ManagementRequest): Map<string, Entity> {
    const { api } = this.apis.get(values['apiId'] ?? '');
    const found = this.byApi.get(api.name) ?? new Map<string, Entity>();
    this.byApi.set(api.name, found);
    return found;
  }

  private get(request: ManagementRequest): Entity {
    const found = this.of(request).get(request.values['releaseId'] ?? '');
    if (!found) throw notFound('API release');
    return found;
  }

  private put(request: ManagementRequest): Answer {
    const { values, properties } = request;
    const name = values['releaseId'] ?? '';
    checkIdentifier('releaseId', name);
    const { api } = this.apis.get(values['apiId'] ?? '');
    const id = nameInId(textOf(properties, 'apiId') ?? '', { base: this.base, property: 'apiId', collection: 'apis' });
    const { name: target, revision = api.current } = parseApiId(id);
    if (target !== api.name)
      throw fieldError('apiId', `The revision belongs to the API ${target}, not to ${api.name}.`);
    if (!api.revisions.has(revision)) throw fieldError('apiId', `API revision '${id}' does not exist.`);
    const existing = this.of(request).get(name);
    checkPrecondition(request, existing);
    const time = new Date().toISOString();
    // A release that exists switches nothing: unverified, and the stricter of the two possibilities.
    if (existing)
      return this.store(request, 200, {
        ...existing,
        properties: { ...existing.properties, ...this.notesOf(request) },
      });
    this.apis.makeCurrent(api.name, revision);
    const kept = { ...this.notesOf(request), apiId: `/apis/${id}`, createdDateTime: time };
    return this.store(request, 201, { name, properties: kept, etag: nextEtag() });
  }

  private notesOf({ properties }: ManagementRequest) {
    return { notes: textOf(properties, 'notes') ?? '', updatedDateTime: new Date().toISOString() };
  }

  private store(request: ManagementRequest, status: number, release: Entity): Answer {
    const changed = { ...release, etag: nextEtag() };
    this.of(request).set(release.name, changed);
    return this.answer(request, status, changed);
  }

  private bodyOf({ values }: ManagementRequest, { name, properties }: Entity): unknown {
    return resource(this.base, `apis/${values['apiId']}/releases/${name}`, properties);
  }

  private answer(request: ManagementRequest, status: number, release: Entity): Answer {
    return { state: 'done', status, etag: release.etag, body: this.bodyOf(request, release) };
  }
}
