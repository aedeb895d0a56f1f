import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { longestBody, longestDescription } from '../../../plugin/src/model/forge/forge-text.ts';
import type { GitHubDescription } from './github-description.ts';
import { type Described } from './github-description.ts';
import { SimulatedActions } from './simulated-actions.ts';
import { simulatedUser, simulatorTime as now } from './simulated-user.ts';

/**
 * How the simulator treats a request other than well. `lost`: carried out, but the connection breaks before the answer.
 * `foreign`: an answer that GitHub never gives, but who stands between may.
 */
export type Trouble =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message: string;
      readonly headers?: Headers;
      readonly foreign?: boolean;
    }
  | { readonly kind: 'reset' | 'lost' | 'silence' };

type Headers = Readonly<Record<string, string>>;

/** A request that came in. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly authorization: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Status {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly log_url: string;
  readonly environment_url: string;
}

interface Deployment {
  readonly id: number;
  readonly body: Body;
  readonly sha: string;
  readonly statuses: Status[];
}

type Body = Readonly<Record<string, unknown>>;

/** The token that the simulator takes by itself. */
export const simulatorToken = `${'ghp'}_0123456789abcdef0123456789abcdef0123`;

/**
 * A simulator of GitHub's REST API, as far as releases, deployments and approvals go, over HTTP. It is strict: every request that
 * it gets and every answer that it gives are held against GitHub's own description of its API, and what does not fit is
 * a complaint. It has one repository, `acme/shop`, which is private, and keeps what it is told.
 */
export class GitHubSimulator {
  readonly seen: SeenRequest[] = [];
  /** The violations of GitHub's description; a test must end with none. */
  readonly complaints: string[] = [];
  /** The token that it takes. */
  token = simulatorToken;
  /** How the next requests are treated, one after the other. */
  readonly troubles: Trouble[] = [];
  /** True when every connection breaks. */
  outage = false;
  /** Permissions that the token lacks. */
  readonly lacking = new Set<'contents' | 'deployments' | 'actions'>();
  /** Takes every tag for one that was pushed to it: where the origin is another one. */
  hasAllTags = false;
  /** Requests that the token has left, out of a thousand; undefined for more than anybody uses. */
  remaining: number | undefined;
  /** False where it is not GitHub's own, but what speaks its REST API. */
  hasGraphql = true;
  /** Runs of workflows, environments and reviews. */
  readonly actions = new SimulatedActions(() => this.api);
  /** Commits by tag. */
  readonly tags = new Map<string, string>();
  private readonly releases = new Map<string, Body>();
  private readonly deployments: Deployment[] = [];
  private readonly description: GitHubDescription;
  private readonly server: Server;
  private count = 0;

  private constructor(description: GitHubDescription) {
    this.description = description;
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(description: GitHubDescription): Promise<GitHubSimulator> {
    const simulator = new GitHubSimulator(description);
    await new Promise<void>((resolve) => simulator.server.listen(0, '127.0.0.1', resolve));
    return simulator;
  }

  /** Address of the API. */
  get api(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** The newest that was said of a deployment. */
  stateOf(id: number): string | undefined {
    return this.deployments.find((each) => each.id === id)?.statuses.at(-1)?.state;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const text = await textOf(request);
    const body = text === '' ? undefined : (JSON.parse(text) as Body);
    this.seen.push({ method, path: url, body, authorization: request.headers.authorization });
    const trouble = this.outage ? { kind: 'reset' as const } : this.troubles.shift();
    if (trouble?.kind === 'reset') return void request.socket.destroy();
    if (trouble?.kind === 'silence') return;
    const { pathname, searchParams } = new URL(url, this.api);
    if (pathname === '/graphql' && !trouble)
      return this.serveQuery(response, body ?? {}, request.headers.authorization);
    const described = this.description.find(method, pathname);
    const answer =
      trouble?.kind === 'status'
        ? failing(trouble.status, trouble.message)
        : this.answer(method, described, searchParams, body, request.headers.authorization);
    const isForeign = trouble?.kind === 'status' && trouble.foreign;
    if (described && !isForeign) this.complain(this.description.checkAnswer(described, answer.status, answer.body));
    if (trouble?.kind === 'lost') return void request.socket.destroy();
    response.writeHead(answer.status, {
      'content-type': 'application/json; charset=utf-8',
      'x-github-request-id': `SIMULATOR:${++this.count}`,
      ...this.limits(),
      ...(trouble?.kind === 'status' ? trouble.headers : {}),
    });
    response.end(JSON.stringify(answer.body));
  }

  /** Says what the token has left after another request. */
  private limits(): Headers {
    if (this.remaining === undefined) return { 'x-ratelimit-remaining': '4999' };
    this.remaining--;
    const reset = String(Date.parse('2026-11-24T12:30:00Z') / 1000);
    return { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': `${this.remaining}`, 'x-ratelimit-reset': reset };
  }

  /** Answers a query of GitHub's GraphQL. Of the language it knows what is asked of it, and complains about all else. */
  private serveQuery(response: ServerResponse, body: Body, authorization: string | undefined): void {
    const answer = (status: number, data: unknown, headers: Headers = {}) =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(data));
    if (!this.hasGraphql) return answer(404, { message: 'Not Found' });
    const headers = { ...this.limits(), 'x-github-request-id': `SIMULATOR:${++this.count}` };
    if (authorization !== `token ${this.token}`) return answer(401, failing(401, 'Bad credentials').body, headers);
    if ((this.remaining ?? 1) < 0)
      return answer(200, { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] }, headers);
    const whole = /^query \{ repository\(owner: "([^"]*)", name: "([^"]*)"\) \{\n([^]*)\n\} \}$/.exec(
      String(body['query']),
    );
    if (!whole) this.complain([`the simulator cannot read ${String(body['query']).slice(0, 80)}`]);
    if (`${whole?.[1]}/${whole?.[2]}` !== 'acme/shop')
      return answer(
        200,
        { data: { repository: null }, errors: [{ type: 'NOT_FOUND', message: 'Could not resolve' }] },
        headers,
      );
    const fields = whole![3]!.split('\n');
    if (fields.length > 100) this.complain([`${fields.length} fields are asked for at once`]);
    answer(200, { data: { repository: Object.fromEntries(fields.map((field) => this.fieldOf(field))) } }, headers);
  }

  private fieldOf(field: string): [string, unknown] {
    const [, alias = '', tag] = /^(\w+): release\(tagName: "([^"]*)"\) \{ url \}$/.exec(field) ?? [];
    if (tag !== undefined) {
      const release = this.releases.get(tag);
      return [alias, release ? { url: release['html_url'] } : null];
    }
    const pattern =
      /^(\w+): deployments\(environments: \["([^"]*)"\], first: 1, orderBy: \{ field: CREATED_AT, direction: DESC \}\) \{ nodes \{ databaseId ref \{ name \} latestStatus \{ state \} \} \}$/;
    const [, name = '', environment] = pattern.exec(field) ?? [];
    if (environment === undefined) this.complain([`the simulator cannot read ${field}`]);
    const newest = this.deployments.findLast((each) => each.body['environment'] === environment);
    if (!newest) return [name, { nodes: [] }];
    const state = newest.statuses.at(-1)?.state.toUpperCase();
    const node = {
      databaseId: newest.id,
      ref: { name: newest.body['ref'] },
      latestStatus: state === undefined ? null : { state },
    };
    return [name, { nodes: [node] }];
  }

  private answer(
    method: string,
    described: Described | undefined,
    query: URLSearchParams,
    body: Body | undefined,
    authorization: string | undefined,
  ): Answer {
    if (!described) {
      this.complain([`GitHub has no ${method} there`]);
      return failing(404, 'Not Found');
    }
    this.complain(this.description.checkRequest(described, query, body));
    if (authorization !== `token ${this.token}`) return failing(401, 'Bad credentials');
    const { template, values } = described;
    if (`${values['owner']}/${values['repo']}` !== 'acme/shop') return failing(404, 'Not Found');
    const area = areaOf(template);
    const isOpen = method === 'GET' && area !== 'actions';
    if (!isOpen && this.lacking.has(area)) return failing(403, 'Resource not accessible by integration');
    return this.operate(`${method} ${template.replace('/repos/{owner}/{repo}', '')}`, values, query, body ?? {});
  }

  private operate(
    operation: string,
    values: Readonly<Record<string, string>>,
    query: URLSearchParams,
    body: Body,
  ): Answer {
    const statuses = this.deployments.find(({ id }) => `${id}` === values['deployment_id'])?.statuses;
    switch (operation) {
      case 'POST /releases':
        return this.createRelease(body);
      case 'GET /releases/tags/{tag}': {
        const release = this.releases.get(values['tag']!);
        return release ? { status: 200, body: release } : failing(404, 'Not Found');
      }
      case 'POST /deployments':
        return this.createDeployment(body);
      case 'GET /deployments': {
        const wanted = query.get('environment');
        const found = this.deployments.filter((each) => wanted === null || each.body['environment'] === wanted);
        return { status: 200, body: page(found.reverse(), query).map((each) => this.showDeployment(each)) };
      }
      case 'GET /deployments/{deployment_id}/statuses':
        if (!statuses) return failing(404, 'Not Found');
        return { status: 200, body: page([...statuses].reverse(), query).map((each) => this.showStatus(each)) };
      case 'POST /deployments/{deployment_id}/statuses':
        return this.createStatus(Number(values['deployment_id']), body);
    }
    if (/^GET \/(?:actions|environments)\//.test(operation))
      return this.actions.answer(operation, values) ?? failing(404, 'Not Found');
    this.complain([`the simulator does not know ${operation}`]);
    return failing(500, 'not simulated');
  }

  private createRelease(body: Body): Answer {
    const tag = String(body['tag_name']);
    if (this.releases.has(tag)) return invalid('Release', 'tag_name', 'already_exists');
    if (charactersOf(body['body']) > longestBody) return invalid('Release', 'body', 'custom', 'body is too long');
    if (!this.tags.has(tag)) this.tags.set(tag, String(body['target_commitish'] ?? 'main'));
    const id = ++this.count;
    const url = `${this.api}/repos/acme/shop/releases/${id}`;
    const release = {
      ...addressed(id, url),
      html_url: `https://github.com/acme/shop/releases/tag/${tag}`,
      assets_url: `${url}/assets`,
      upload_url: `${url}/assets{?name,label}`,
      tarball_url: null,
      zipball_url: null,
      tag_name: tag,
      target_commitish: body['target_commitish'] ?? 'main',
      name: body['name'] ?? null,
      body: body['body'] ?? null,
      draft: body['draft'] ?? false,
      prerelease: body['prerelease'] ?? false,
      published_at: now,
      author: user,
      assets: [],
    };
    // Of a release it never tells when it was changed where it was not.
    const { updated_at: _, ...kept } = release;
    this.releases.set(tag, kept);
    return { status: 201, body: kept };
  }

  private createDeployment(body: Body): Answer {
    const sha = this.tags.get(String(body['ref'])) ?? (this.hasAllTags ? '0'.repeat(40) : undefined);
    if (sha === undefined) return invalid('Deployment', 'ref', 'invalid', `No ref found for: ${String(body['ref'])}`);
    const tooLong = refuseDescription('Deployment', body);
    if (tooLong) return tooLong;
    const deployment = { id: ++this.count, body, sha, statuses: [] };
    this.deployments.push(deployment);
    return { status: 201, body: this.showDeployment(deployment) };
  }

  private createStatus(deploymentId: number, body: Body): Answer {
    const deployment = this.deployments.find(({ id }) => id === deploymentId);
    if (!deployment) return failing(404, 'Not Found');
    const tooLong = refuseDescription('DeploymentStatus', body);
    if (tooLong) return tooLong;
    const state = String(body['state']);
    const status = this.addStatus(deployment, state, body);
    if (state === 'success' && body['auto_inactive'] !== false) this.endEarlier(deployment);
    return { status: 201, body: this.showStatus(status) };
  }

  /** "all prior non-transient, non-production environment deployments", says GitHub. */
  private endEarlier({ id, body }: Deployment): void {
    for (const earlier of this.deployments) {
      const isOf = earlier.id < id && earlier.body['environment'] === body['environment'];
      const isProduction = earlier.body['production_environment'] === true;
      if (isOf && !isProduction && earlier.statuses.at(-1)?.state === 'success')
        this.addStatus(earlier, 'inactive', {});
    }
  }

  private addStatus(deployment: Deployment, state: string, body: Body): Status {
    const status = {
      id: ++this.count,
      state,
      description: String(body['description'] ?? ''),
      log_url: String(body['log_url'] ?? ''),
      environment_url: String(body['environment_url'] ?? ''),
    };
    deployment.statuses.push(status);
    return status;
  }

  private showDeployment({ id, body, sha }: Deployment): Body {
    const url = `${this.api}/repos/acme/shop/deployments/${id}`;
    return {
      ...addressed(id, url),
      sha,
      ref: body['ref'],
      task: body['task'] ?? 'deploy',
      payload: body['payload'] ?? {},
      environment: body['environment'] ?? 'production',
      description: body['description'] ?? null,
      creator: user,
      statuses_url: `${url}/statuses`,
      repository_url: `${this.api}/repos/acme/shop`,
      production_environment: body['production_environment'] ?? false,
    };
  }

  private showStatus(status: Status): Body {
    const deployment = this.deployments.find(({ statuses }) => statuses.includes(status))!;
    const url = `${this.api}/repos/acme/shop/deployments/${deployment.id}`;
    return {
      ...addressed(status.id, `${url}/statuses/${status.id}`),
      ...status,
      target_url: status.log_url,
      creator: user,
      deployment_url: url,
      repository_url: `${this.api}/repos/acme/shop`,
    };
  }

  private complain(complaints: readonly string[]): void {
    this.complaints.push(...complaints);
  }
}

const user = simulatedUser('github-actions[bot]', 'Bot', 41898282);

/** The permission of a fine-grained token that an operation takes. */
function areaOf(template: string): 'contents' | 'deployments' | 'actions' {
  if (/\/(?:actions|environments)\//.test(template)) return 'actions';
  return template.includes('/deployments') ? 'deployments' : 'contents';
}

function addressed(id: number, url: string) {
  return { id, node_id: `N_${id}`, url, created_at: now, updated_at: now };
}

function page<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Number(query.get('per_page') ?? 30);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(start, start + size);
}

function failing(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: `${status}` } };
}

function invalid(resource: string, field: string, code: string, message?: string): Answer {
  const errors = [{ resource, field, code, ...(message === undefined ? {} : { message }) }];
  return {
    status: 422,
    body: { message: 'Validation Failed', errors, documentation_url: 'https://docs.github.com/rest' },
  };
}

function refuseDescription(resource: string, { description }: Body): Answer | undefined {
  if (charactersOf(description) <= longestDescription) return undefined;
  return invalid(
    resource,
    'description',
    'custom',
    `description is too long (maximum is ${longestDescription} characters)`,
  );
}

function charactersOf(text: unknown): number {
  return Array.from(typeof text === 'string' ? text : '').length;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
