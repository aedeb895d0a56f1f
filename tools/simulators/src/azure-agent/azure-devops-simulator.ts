import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An identity, as far as it is told of in approvals. */
export interface SimulatedIdentity {
  readonly id: string;
  readonly displayName: string;
  readonly uniqueName: string;
  readonly descriptor: string;
  readonly isContainer?: true;
}

/** Returns a person of the organization. */
export function person(name: string): SimulatedIdentity {
  return identity(name, 'aad');
}

/** Returns an account that is no person: a build service, an application. */
export function machine(name: string): SimulatedIdentity {
  return identity(name, 'svc');
}

function identity(name: string, kind: string): SimulatedIdentity {
  return { id: randomUUID(), displayName: name, uniqueName: `${name}@acme.example`, descriptor: `${kind}.${name}` };
}

type Verdict = 'approved' | 'rejected';

interface Approval {
  readonly id: string;
  readonly stage: string;
  readonly steps: { readonly assigned: SimulatedIdentity; actual?: SimulatedIdentity; status: Verdict | 'pending' }[];
}

interface Build {
  status: 'inProgress' | 'completed';
  readonly approvals: Approval[];
}

interface Guarded {
  readonly id: number;
  readonly approvers: readonly SimulatedIdentity[];
  readonly requesterCannotBeApprover: boolean;
}

/** The token of every job. */
export const simulatedAccessToken = 'simulated.azure.access-token';
const apiVersion = '7.1';

/**
 * A simulator of Azure DevOps' REST API, as far as builds, environments, checks and approvals are asked for. What it knows is
 * written down from Microsoft's reference and the models of its own client (PyPI `azure-devops` 7.1), and was never held
 * against the service. It has one project, `shop`, and complains about requests that the reference does not have.
 */
export class AzureDevOpsSimulator {
  /** Paths and queries that came in. */
  readonly seen: string[] = [];
  readonly complaints: string[] = [];
  /** Parts of the API that the token may not read: `environments`. */
  readonly denied = new Set<string>();
  /** Answers with this status alone, when it is set: 203 is the page to log in on. */
  broken: number | undefined;
  private readonly builds = new Map<number, Build>();
  private readonly environments = new Map<string, Guarded>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => this.serve(request, response));
  }

  static async start(): Promise<AzureDevOpsSimulator> {
    const simulator = new AzureDevOpsSimulator();
    await new Promise<void>((resolve) => simulator.server.listen(0, '127.0.0.1', resolve));
    return simulator;
  }

  /** Address of the organization, as `System.CollectionUri` has it. */
  get collection(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/example/`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** Makes an environment. One without approvers has no check. */
  addEnvironment(name: string, approvers: readonly SimulatedIdentity[] = [], requesterCannotBeApprover = false): void {
    this.environments.set(name, { id: this.environments.size + 1, approvers, requesterCannotBeApprover });
  }

  /** Begins a run. */
  begin(id: number): void {
    this.builds.set(id, { status: 'inProgress', approvals: [] });
  }

  end(id: number): void {
    this.builds.get(id)!.status = 'completed';
  }

  /** The same, and its first approver approves. */
  approve(id: number, stage: string, environment: string): void {
    const [by] = this.environments.get(environment)?.approvers ?? [];
    if (by) this.review(id, stage, environment, { by, status: 'approved' });
  }

  /** Has a stage of a run wait for an environment's approvers, and answers for those who are named. */
  review(
    id: number,
    stage: string,
    environment: string,
    ...said: readonly { readonly by: SimulatedIdentity; readonly status: Verdict; readonly for?: SimulatedIdentity }[]
  ): void {
    const { approvers } = this.environments.get(environment)!;
    const steps = approvers.map((assigned) => {
      const answer = said.find((each) => (each.for ?? each.by).id === assigned.id);
      return { assigned, status: answer?.status ?? 'pending', ...(answer ? { actual: answer.by } : {}) } as const;
    });
    if (steps.length > 0) this.builds.get(id)!.approvals.push({ id: randomUUID(), stage, steps: [...steps] });
  }

  private serve({ url = '', headers, method }: IncomingMessage, response: ServerResponse): void {
    this.seen.push(url);
    const answer = (status: number, body: unknown = {}) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (this.broken !== undefined) return answer(this.broken);
    if (headers.authorization !== `Bearer ${simulatedAccessToken}`) return answer(401);
    const { pathname, searchParams } = new URL(url, this.collection);
    const path = /^\/example\/shop\/_apis\/(.*)$/.exec(pathname)?.[1];
    if (method !== 'GET' || path === undefined) return answer(404);
    if (searchParams.get('api-version') !== apiVersion) this.complaints.push(`no api-version ${apiVersion}: ${url}`);
    if ([...this.denied].some((part) => path.includes(part))) return answer(403);
    const found = this.find(path, searchParams);
    return found === undefined ? answer(404) : answer(200, found);
  }

  private find(path: string, query: URLSearchParams): object | undefined {
    const [, id = '', rest] = /^build\/builds\/(\d+)(\/timeline)?$/.exec(path) ?? [];
    const build = this.builds.get(Number(id));
    if (id !== '') {
      this.expectQuery(query);
      return build && (rest === undefined ? { id: Number(id), status: build.status } : { records: timelineOf(build) });
    }
    if (path === 'distributedtask/environments') {
      this.expectQuery(query, 'name');
      const name = query.get('name');
      // It finds what begins so, too.
      const all = [...this.environments].filter(([each]) => each.startsWith(name ?? ''));
      return listing(all.map(([each, environment]) => ({ id: environment.id, name: each })));
    }
    if (path === 'pipelines/checks/configurations') {
      this.expectQuery(query, 'resourceType', 'resourceId', '$expand');
      const guarded = [...this.environments.values()].find((each) => String(each.id) === query.get('resourceId'));
      return guarded && query.get('resourceType') === 'environment' ? listing(checksOf(guarded)) : listing([]);
    }
    if (path === 'pipelines/approvals') {
      this.expectQuery(query, 'approvalIds', '$expand');
      const ids = query.get('approvalIds')!.split(',');
      const all = [...this.builds.values()].flatMap(({ approvals }) => approvals);
      return listing(all.filter((each) => ids.includes(each.id)).map(showApproval));
    }
    this.complaints.push(`the simulator does not know ${path}`);
    return undefined;
  }

  private expectQuery(query: URLSearchParams, ...names: readonly string[]): void {
    const known = ['api-version', ...names].sort().join();
    const given = [...query.keys()].sort().join();
    if (given !== known) this.complaints.push(`the query is ${given}, not ${known}`);
  }
}

function listing(value: readonly object[]): object {
  return { count: value.length, value };
}

/** Stages, below them checkpoints, below those what was waited for: an approval's record has its id. */
function timelineOf({ approvals }: Build): object[] {
  const stages = [...new Set(approvals.map(({ stage }) => stage))];
  return stages.flatMap((stage) => {
    const own = approvals.filter((each) => each.stage === stage);
    const record = (id: string, type: string, parentId: string | null, identifier: string | null) => ({
      ...{ id, parentId, type, name: type, identifier, attempt: 1, state: 'completed', result: 'succeeded' },
    });
    return [
      record(`stage ${stage}`, 'Stage', null, stage),
      record(`checkpoint ${stage}`, 'Checkpoint', `stage ${stage}`, 'Checkpoint'),
      ...own.map(({ id }) => record(id, 'Checkpoint.Approval', `checkpoint ${stage}`, 'Checkpoint.Approval')),
    ];
  });
}

/** An exclusive lock is a check, too. */
function checksOf({ id, approvers, requesterCannotBeApprover }: Guarded): object[] {
  const resource = { type: 'environment', id: String(id) };
  const lock = { id: id * 10, type: { id: '2ef31ad6', name: 'ExclusiveLock' }, resource, settings: {} };
  const settings = { approvers, requesterCannotBeApprover, minRequiredApprovers: 1, executionOrder: 'anyOrder' };
  const approval = { id: id * 10 + 1, type: { id: '8c6f20a7', name: 'Approval' }, resource, settings };
  return [lock, ...(approvers.length > 0 ? [approval] : [])];
}

function showApproval({ id, steps }: Approval): object {
  const status = steps.some((step) => step.status === 'approved') ? 'approved' : 'rejected';
  const shown = steps.map(({ assigned, actual, status: said }) => ({
    ...{ assignedApprover: assigned, status: said, comment: '' },
    ...(actual ? { actualApprover: actual } : {}),
  }));
  return { id, status, steps: shown, minRequiredApprovers: 1, executionOrder: 'anyOrder', blockedApprovers: [] };
}
