import { Access, actionOf } from './access.ts';
import { ArmError } from './arm-error.ts';
import { instanceTemplate, type ApiManagementDescription, type Described } from '../description/description.ts';
import { Faults, type Fault } from './faults.ts';
import { parseApiId } from './identifiers.ts';
import type { Instance } from '../instance/instance.ts';
import { LongRunning, type AsyncShape, type Operation, type PollAnswer } from './long-running.ts';
import type { Accepted, ManagementRequest, Properties } from './management-request.ts';
import { Throttle } from './throttle.ts';

/** Where the simulated instance is in Azure. */
export const simulatedInstance = {
  subscriptionId: '22222222-2222-2222-2222-222222222222',
  resourceGroup: 'shop',
  name: 'shop-apim',
} as const;

/** The instance's resource id. */
export const instanceId = instanceTemplate
  .replace('{subscriptionId}', simulatedInstance.subscriptionId)
  .replace('{resourceGroupName}', simulatedInstance.resourceGroup)
  .replace('{serviceName}', simulatedInstance.name);

/** Query parameters that Microsoft describes and the simulator does not know. */
const unknownQueries = [
  '$filter',
  '$orderby',
  'tags',
  'expandApiVersionSet',
  'expandGroups',
  'isKeyVaultRefreshFailed',
  'notify',
  'appType',
];
const writes = ['PUT', 'PATCH', 'DELETE', 'POST'];

/** A request as it came in. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** An answer as it is sent. */
export interface Outgoing extends PollAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /** The connection is to break in place of it. */
  readonly isLost: boolean;
}

type Reply = PollAnswer & { readonly headers?: Readonly<Record<string, string>> };

/** The management API: checks a request as Azure does, carries it out, and answers. */
export class ManagementApi {
  readonly seen: string[] = [];
  readonly complaints: string[] = [];
  readonly faults = new Faults();
  readonly access = new Access();
  readonly throttle = new Throttle();
  readonly timing = { operationMs: 20, lockMs: 20 };
  asyncShape: AsyncShape = 'azure-async-operation';
  private readonly operations: LongRunning;
  private readonly description: ApiManagementDescription;
  private readonly instance: Instance;
  private readonly changed: (time: number) => void;

  /** @param changed called after a change, with its time. */
  constructor(description: ApiManagementDescription, instance: Instance, changed: (time: number) => void) {
    this.description = description;
    this.instance = instance;
    this.changed = changed;
    this.operations = new LongRunning(changed);
  }

  /** Carries out what is due by now. */
  settle(): void {
    this.operations.settle(performance.now());
  }

  answer(incoming: Incoming): Outgoing {
    this.settle();
    const { method, url } = incoming;
    const path = pathBelow(url);
    const operation = this.polled(url, path);
    const line = operation ? `POLL ${operation.line}` : `${method} ${path ?? url.pathname}`;
    this.seen.push(line);
    const fault = this.faults.take(line);
    const described = operation ? undefined : this.description.find(method, url.pathname);
    let reply: Reply;
    try {
      reply = this.reply(incoming, { path, line, fault, operation, described });
    } catch (error) {
      reply = this.refusal(error);
    }
    if (described) this.complain(line, this.description.checkAnswer(described, reply.status, reply.body));
    const headers = {
      'x-ms-request-id': `${this.seen.length}`,
      ...(reply.etag === undefined ? {} : { etag: reply.etag }),
      ...reply.headers,
    };
    return { ...reply, headers, isLost: fault?.kind === 'lost' };
  }

  private refusal(error: unknown): Reply {
    if (error instanceof ArmError) return { status: error.status, body: error.body, headers: error.headers };
    this.complaints.push(`the simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
    return {
      status: 500,
      body: { error: { code: 'InternalServerError', message: 'The simulator failed.', details: null } },
    };
  }

  private reply(
    incoming: Incoming,
    {
      path,
      line,
      fault,
      operation,
      described,
    }: Context & { readonly operation: Operation | undefined; readonly described: Described | undefined },
  ): Reply {
    const { method, url, headers } = incoming;
    if (fault?.kind === 'refused') throw fault.error;
    this.access.check(headers['authorization'] as string | undefined, actionOf(method, path ?? ''), url.pathname);
    if (path === undefined) throw outside(url);
    const isWrite = writes.includes(method);
    const remaining: Record<string, string> = isWrite
      ? { 'x-ms-ratelimit-remaining-subscription-writes': `${this.throttle.take(performance.now())}` }
      : {};
    if (operation) return this.poll(operation, url);
    if (!described) {
      this.complain(line, ['Microsoft describes no such operation, or the simulator does not read that group']);
      throw new ArmError(404, 'ResourceNotFound', 'The resource type could not be found.');
    }
    const request = this.checked(incoming, described, line);
    const handler = this.instance.routes[described.route];
    const unknown = unknownQueries.find((name) => request.query.has(name));
    if (!handler || unknown !== undefined) {
      this.complain(line, [
        `the simulator does not know ${described.route}${unknown === undefined ? '' : ` with ${unknown}`}`,
      ]);
      throw new ArmError(501, 'NotImplemented', 'The simulator does not know this operation.');
    }
    const lock = lockOf(path);
    if (isWrite) {
      this.checkWritable();
      const isPolicy = path.includes('/policies/');
      this.operations.checkFree(lock, { now: performance.now(), lockMs: this.timing.lockMs, isPolicy });
    }
    const answer = handler(request);
    if (answer.state === 'accepted') return this.accept(answer, { url, lock, line, fault, remaining });
    if (isWrite) this.changed(performance.now());
    return { ...answer, headers: remaining };
  }

  private checkWritable(): void {
    const { provisioningState } = this.instance;
    if (provisioningState === 'Succeeded') return;
    throw new ArmError(409, 'Conflict', `The service is in the state ${provisioningState}, and takes no changes.`);
  }

  /** Holds a request against Microsoft's description. */
  private checked({ method, url, headers, text }: Incoming, described: Described, line: string): ManagementRequest {
    let body: unknown;
    try {
      body = text === '' ? undefined : (JSON.parse(text) as unknown);
    } catch (error) {
      throw new ArmError(400, 'InvalidRequestContent', `The request content was invalid: ${(error as Error).message}`);
    }
    const faults = this.description.checkRequest(described, { query: url.searchParams, headers, body });
    if (url.searchParams.get('api-version') !== '2024-05-01')
      faults.push('the api-version is not that of the description, 2024-05-01');
    if (faults.length > 0) {
      this.complain(line, faults);
      throw new ArmError(400, 'ValidationError', faults.join('; '));
    }
    const properties = ((body as { properties?: unknown } | undefined)?.properties ?? {}) as Properties;
    const ifMatch = headers['if-match'] as string | undefined;
    return { method, values: described.values, query: url.searchParams, ifMatch, properties };
  }

  private accept(
    accepted: Accepted,
    {
      url,
      lock,
      line,
      fault,
      remaining,
    }: { url: URL; lock: string; line: string; fault: Fault | undefined; remaining: Readonly<Record<string, string>> },
  ): Reply {
    const planned = fault?.kind === 'endless' || fault?.kind === 'failed' ? fault : undefined;
    const now = performance.now();
    const operation = this.operations.begin(accepted, {
      line,
      lock,
      now,
      operationMs: this.timing.operationMs,
      fault: planned,
    });
    const { id, status } = operation;
    const version = `api-version=${url.searchParams.get('api-version')}`;
    const poll = `${version}&asyncId=${id}&asyncCode=${status === 204 ? 200 : status}`;
    if (this.asyncShape === 'location') {
      const location = `${url.origin}${url.pathname}?${poll}`;
      return { status: 202, headers: { ...remaining, location } };
    }
    const headers = {
      location: `${url.origin}${instanceId}/${lock.split('/')[0]}/tempgroup?${poll}`,
      'azure-asyncoperation': `${url.origin}${instanceId}/tenant/operationResults/${id}?${version}`,
      ...remaining,
    };
    return { status: accepted.body === undefined ? 202 : status, body: accepted.body, headers };
  }

  private polled(url: URL, path: string | undefined): Operation | undefined {
    const [, id = url.searchParams.get('asyncId') ?? ''] = /^tenant\/operationResults\/([^/]+)$/.exec(path ?? '') ?? [];
    return this.operations.find(id);
  }

  private poll(operation: Operation, url: URL): Reply {
    if (!url.searchParams.has('asyncId')) return this.operations.status(operation, url.pathname);
    const answer = this.operations.result(operation);
    return answer.status === 202 ? { ...answer, headers: { location: url.href } } : answer;
  }

  private complain(line: string, faults: readonly string[]): void {
    this.complaints.push(...faults.map((fault) => `${line}: ${fault}`));
  }
}

interface Context {
  readonly path: string | undefined;
  readonly line: string;
  readonly fault: Fault | undefined;
}

/** Returns a path below the instance, decoded: `apis/orders;rev=2`; undefined for what is outside of it. */
function pathBelow({ pathname }: URL): string | undefined {
  const parts = pathname.split('/').map(decodeURIComponent);
  const own = instanceId.split('/');
  const isWithin = own.every((part, index) => part.toLowerCase() === parts[index]?.toLowerCase());
  return isWithin ? parts.slice(own.length).join('/') : undefined;
}

/** Returns what a write must have alone: an API with all of its revisions, or one entity. */
function lockOf(path: string): string {
  const [collection = '', name = ''] = path.split('/');
  return `${collection}/${parseApiId(name).name}`;
}

/** Returns the error for what is outside of the instance. */
function outside({ pathname }: URL): ArmError {
  const [, , subscription, , group, , , , name] = pathname.split('/').map(decodeURIComponent);
  const is = (given: string | undefined, known: string) => given?.toLowerCase() === known.toLowerCase();
  if (!is(subscription, simulatedInstance.subscriptionId))
    return new ArmError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
  if (!is(group, simulatedInstance.resourceGroup))
    return new ArmError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  const resource = `The Resource 'Microsoft.ApiManagement/service/${name}' under resource group '${group}' was not found.`;
  return new ArmError(404, 'ResourceNotFound', resource);
}
