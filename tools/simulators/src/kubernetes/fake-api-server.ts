import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { KubernetesApi } from '../../../plugin/src/adapters/kubernetes/client/api.ts';
import {
  isGranted,
  type Access,
  type AccessRule,
} from '../../../plugin/src/adapters/kubernetes/client/access-rules.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { isMap } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { accessOf, parseRequest, type AskedRequest } from './api-request.ts';
import { encodeList } from './protobuf-encoding.ts';

/** A change of an object, for watches. */
interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly collection: string;
  readonly object: KubernetesObject;
}

/**
 * An API server in this process, with the authorizer for Roles: enough of one for a deployer. It knows no kinds and no
 * field managers, and its workloads are ready, its Jobs done, its routes accepted and its claims waiting for a pod, as
 * soon as they are written: but a StatefulSet that was broken is so only when its broken pod has been deleted.
 */
export class FakeApiServer {
  readonly api: KubernetesApi;
  /** All that was asked for, in order. */
  readonly asked: Access[] = [];
  /** What was asked for and not granted. */
  readonly refused: Access[] = [];
  /** `PATCH /apis/apps/v1/…` of all that was written. */
  readonly written: string[] = [];
  /** Called before each request is done, with `PATCH /apis/apps/v1/…`; what it returns is waited for. */
  before: (what: string, query: URLSearchParams) => unknown = () => undefined;
  /** Returns the answer to a request that is refused, by `PATCH /apis/apps/v1/…`. */
  refuse: (what: string) => { readonly code: number; readonly body: object } | undefined = () => undefined;
  /** The most requests, watches left out, that were under way at the same time. */
  mostAtOnce = 0;
  /** Workloads by their name that are never ready. */
  readonly broken = new Set<string>();
  /** Names of Deployments whose controller has not seen the next change when it is told. */
  readonly late = new Set<string>();
  private readonly server: Server;
  private readonly rules: readonly AccessRule[];
  private readonly objects = new Map<string, KubernetesObject>();
  private readonly events: Event[] = [];
  private version = 0;
  private underWay = 0;

  private constructor(server: Server, rules: readonly AccessRule[]) {
    this.server = server;
    this.rules = rules;
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.api = new KubernetesApi({ context: 'fake', server: address, tls: {}, headers: async () => ({}) });
  }

  /** @param rules of the account that asks; all is granted without. */
  static async start(
    rules: readonly AccessRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  ): Promise<FakeApiServer> {
    const server = createServer((request, response) => void fake.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = new FakeApiServer(server, rules);
    return fake;
  }

  close(): void {
    this.api.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Returns an object as it is, by its path. */
  read(path: string): KubernetesObject | undefined {
    return structuredClone(this.objects.get(path));
  }

  /** Writes an object, as somebody else. */
  put(path: string, object: KubernetesObject): void {
    this.store(path, structuredClone(object));
  }

  /** Takes over what another server has. */
  copy({ objects }: FakeApiServer): void {
    for (const [path, object] of objects) this.put(path, object);
  }

  /** Deletes an object, as somebody else. */
  remove(path: string): void {
    const object = this.objects.get(path);
    this.objects.delete(path);
    if (object) this.tell('DELETED', path, object);
    if (object?.kind === 'Pod') this.controlOwners(object);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    response.once('close', () => this.underWay--);
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const asked = parseRequest(request, Buffer.concat(pieces).toString());
    const what = `${asked.method} ${asked.path}`;
    await this.before(what, asked.query);
    if (asked.path.startsWith('/apis/authorization.k8s.io/')) return send(response, 201, this.review(asked));
    // To everybody it says who they are.
    if (asked.path.startsWith('/apis/authentication.k8s.io/'))
      return send(response, 201, { status: { userInfo: { username: 'fake' } } });
    const missing = this.note(accessOf(asked, this.objects.has(asked.path)));
    if (missing) return send(response, 403, forbidden(missing));
    const refused = this.refuse(what);
    if (refused) return send(response, refused.code, refused.body);
    if (asked.isWrite && !asked.isDryRun) this.written.push(what);
    if (asked.query.get('watch') === '1') return this.watch(asked, response);
    const { code, body } = this.handle(asked);
    if (body instanceof Buffer) return void response.writeHead(code).end(body);
    return send(response, code, body);
  }

  /** Notes what was asked for. @returns what of it is not granted. */
  private note(accesses: readonly Access[]): Access | undefined {
    this.asked.push(...accesses);
    const missing = accesses.filter((access) => !isGranted(this.rules, access));
    this.refused.push(...missing);
    return missing[0];
  }

  private review({ path, body }: AskedRequest): object {
    if (path.endsWith('rulesreviews')) return { status: { resourceRules: this.rules, incomplete: false } };
    const { resourceAttributes: asked } = (body as { spec: { resourceAttributes: Access & { subresource?: string } } })
      .spec;
    const { verb, group, resource, subresource, name } = asked;
    const access = { verb, group, resource: subresource === undefined ? resource : `${resource}/${subresource}` };
    return { status: { allowed: isGranted(this.rules, name === undefined ? access : { ...access, name }) } };
  }

  private handle(asked: AskedRequest): { code: number; body: unknown } {
    const { method, path, body } = asked;
    const live = this.objects.get(path);
    // What is put at a path is there: a description of kinds, too.
    if (method === 'GET') return asked.name === undefined && !live ? this.list(asked) : found(live);
    if (method === 'POST') {
      const created = body as KubernetesObject;
      const at = `${path}/${created.metadata.name}`;
      return this.objects.has(at) ? conflict : { code: 201, body: this.write(asked, at, created) };
    }
    if (!live && (method !== 'PATCH' || !asked.isApply)) return found(undefined);
    // One that names a uid is not created.
    if (!hasVersion(live, body, method)) return conflict;
    if (method === 'PUT') return { code: 200, body: this.write(asked, path, body as KubernetesObject) };
    if (method === 'PATCH')
      return { code: live ? 200 : 201, body: this.write(asked, path, patched(live ?? {}, body) as KubernetesObject) };
    if (!asked.isDryRun) this.remove(path);
    return { code: 200, body: { kind: 'Status' } };
  }

  private write({ isDryRun }: AskedRequest, path: string, object: KubernetesObject): KubernetesObject {
    const live = this.objects.get(path);
    const kept = structuredClone(object);
    Object.assign(kept.metadata, {
      resourceVersion: live?.metadata['resourceVersion'],
      uid: live?.metadata['uid'],
      creationTimestamp: live?.metadata['creationTimestamp'],
      generation: live?.metadata['generation'],
    });
    return isDryRun || (live && JSON.stringify(live) === JSON.stringify(kept)) ? kept : this.store(path, kept);
  }

  private store(path: string, object: KubernetesObject): KubernetesObject {
    const live = this.objects.get(path);
    const generation = Number(live?.metadata['generation'] ?? 0) + 1;
    const uid = live?.metadata['uid'] ?? `uid-${this.version + 1}`;
    const creationTimestamp = live?.metadata['creationTimestamp'] ?? new Date().toISOString();
    Object.assign(object.metadata, { uid, creationTimestamp, generation, resourceVersion: String(++this.version) });
    this.control(path, object, generation);
    this.objects.set(path, object);
    this.tell(live ? 'MODIFIED' : 'ADDED', path, object);
    return structuredClone(object);
  }

  /** Does what the controllers of the cluster do. */
  private control(path: string, object: KubernetesObject, generation: number): void {
    if (object.kind === 'HTTPRoute') object['status'] = acceptedRoute(generation);
    if (object.kind === 'PersistentVolumeClaim') {
      object['status'] = { phase: 'Pending' };
      this.sayWaiting(path, object);
    }
    if (object.kind === 'Job') object['status'] = { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] };
    if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return;
    const spec = object['spec'] as { replicas?: number };
    const replicas = spec.replicas ?? 1;
    const isBroken = this.broken.delete(object.metadata.name);
    if (object.kind === 'StatefulSet') {
      object['status'] = this.statefulStatus(object, isBroken, path);
      return;
    }
    const isLate = this.late.delete(object.metadata.name);
    const ready = isBroken ? 0 : replicas;
    const reason = isBroken ? 'ProgressDeadlineExceeded' : 'NewReplicaSetAvailable';
    object['status'] = {
      ...{ observedGeneration: generation - (isLate ? 1 : 0), replicas, updatedReplicas: replicas },
      ...{ readyReplicas: ready, availableReplicas: ready },
      conditions: [
        { type: 'Progressing', status: isBroken ? 'False' : 'True', reason, lastUpdateTime: `${generation}` },
      ],
    };
  }

  /** Keeps the broken pod of a StatefulSet, whatever it is of, until somebody deletes it. */
  private statefulStatus(set: KubernetesObject, isBroken: boolean, path: string): object {
    const { replicas = 1, template } = set['spec'] as { replicas?: number; template?: object };
    const revision = hash('sha256', JSON.stringify(template), 'hex').slice(0, 10);
    const at = `${path.replace(/^\/apis\/apps/, '/api').replace('/statefulsets/', '/pods/')}-${replicas - 1}`;
    const isBlocked = this.objects.has(at);
    if (isBroken && !isBlocked) this.put(at, crashedPod(set, at.slice(at.lastIndexOf('/') + 1), revision));
    const serving = isBroken || isBlocked ? replicas - 1 : replicas;
    return {
      ...{ observedGeneration: set.metadata['generation'], replicas, readyReplicas: serving, updatedReplicas: serving },
      ...{ updateRevision: revision, currentRevision: serving === replicas ? revision : 'before' },
    };
  }

  /** Does what controllers do when a pod is gone. */
  private controlOwners({ metadata }: KubernetesObject): void {
    const owners = (metadata['ownerReferences'] ?? []) as { uid?: unknown }[];
    for (const [path, object] of [...this.objects])
      if (owners.some(({ uid }) => uid === object.metadata['uid'])) this.store(path, structuredClone(object));
  }

  private sayWaiting(path: string, { kind, metadata: { name } }: KubernetesObject): void {
    const event = { reason: 'WaitForFirstConsumer', type: 'Normal', involvedObject: { kind, name } };
    const at = path.replace(/persistentvolumeclaims.*/, `events/${name}`);
    this.objects.set(at, { apiVersion: 'v1', kind: 'Event', metadata: { name }, ...event });
  }

  private tell(type: Event['type'], path: string, object: KubernetesObject): void {
    const version = type === 'DELETED' ? ++this.version : this.version;
    const collection = path.slice(0, path.lastIndexOf('/'));
    this.events.push({ type, version, collection, object: structuredClone(object) });
  }

  private list({ path, query, isProtobuf }: AskedRequest): { code: number; body: unknown } {
    const inside = [...this.objects].filter(([at]) => at.slice(0, at.lastIndexOf('/')) === path);
    const items = inside.map(([, object]) => object).filter((object) => isSelected(object, query));
    if (isProtobuf) return { code: 200, body: encodeList(items) };
    return { code: 200, body: { metadata: { resourceVersion: String(this.version) }, items } };
  }

  private async watch({ path, query }: AskedRequest, response: ServerResponse): Promise<void> {
    response.writeHead(200).flushHeaders();
    this.underWay--;
    response.once('close', () => this.underWay++);
    let seen = Number(query.get('resourceVersion'));
    while (!response.destroyed) {
      for (const { type, version, collection, object } of this.events) {
        if (version <= seen || collection !== path) continue;
        seen = version;
        if (isSelected(object, query)) response.write(`${JSON.stringify({ type, object })}\n`);
      }
      await pause(5);
    }
  }
}

function crashedPod({ metadata, spec }: KubernetesObject, name: string, revision: string): KubernetesObject {
  const { labels = {} } = (spec as { template: { metadata?: KubernetesObject['metadata'] } }).template.metadata ?? {};
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  const lastState = { terminated: { exitCode: 1, reason: 'Error' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: metadata.namespace!,
      labels: { ...labels, 'controller-revision-hash': revision },
      ownerReferences: [{ uid: metadata['uid'] }],
    },
    status: { phase: 'Running', containerStatuses: [{ name, restartCount: 3, state, lastState }] },
  };
}

function acceptedRoute(observedGeneration: number): object {
  const conditions = [{ type: 'Accepted', status: 'True', observedGeneration }];
  return { parents: [{ parentRef: { name: 'public' }, conditions }] };
}

const conflict = { code: 409, body: { kind: 'Status', reason: 'Conflict', message: 'the object has been modified' } };

function found(object: KubernetesObject | undefined): { code: number; body: unknown } {
  return object ? { code: 200, body: object } : { code: 404, body: { kind: 'Status', reason: 'NotFound' } };
}

function forbidden({ verb, group, resource }: Access): object {
  const message = `forbidden: User "fake" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace`;
  return { kind: 'Status', reason: 'Forbidden', message };
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Reports whether what is written names the version that is there, or none. A list of operations names it in a test. */
function hasVersion(live: KubernetesObject | undefined, body: unknown, method: string): boolean {
  const { preconditions, metadata } = (body ?? {}) as {
    preconditions?: Record<string, unknown>;
    metadata?: Record<string, unknown>;
  };
  const named = method === 'DELETE' ? preconditions : metadata;
  return (['uid', 'resourceVersion'] as const).every(
    (key) => named?.[key] === undefined || named[key] === live?.metadata[key],
  );
}

/** Applies a patch: one to merge, or a list of operations on fields (`test` is taken for true). */
function patched(live: unknown, body: unknown): unknown {
  if (!Array.isArray(body)) return merged(live, body);
  const result = structuredClone(live) as Record<string, unknown>;
  for (const { op, path, value } of body as { op: string; path: string; value: unknown }[]) {
    const keys = path.slice(1).split('/');
    const owner = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, result);
    if (op !== 'test') owner[keys.at(-1)!] = value;
  }
  return result;
}

/** Lays a patch over an object; null takes a field away. */
function merged(live: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return structuredClone(patch);
  const result: Record<string, unknown> = isMap(live) ? structuredClone(live) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = merged(result[key], value);
  }
  return result;
}

function isSelected({ metadata }: KubernetesObject, query: URLSearchParams): boolean {
  const name = /(?:^|,)metadata\.name=([^,]*)/.exec(query.get('fieldSelector') ?? '')?.[1];
  if (name !== undefined && metadata.name !== name) return false;
  // Commas inside of brackets are between values.
  return (query.get('labelSelector') ?? '')
    .split(/,(?![^(]*\))/)
    .filter((term) => term !== '')
    .every((term) => {
      const [, key = '', equal, among] = /^([^= ]+)(?:=(.*)| in \((.*)\))?$/.exec(term) ?? [];
      const label = metadata.labels?.[key];
      if (label === undefined) return false;
      return among === undefined ? equal === undefined || label === equal : among.split(',').includes(label);
    });
}
