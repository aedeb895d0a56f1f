import { Failure, ProductError } from '../../model/errors/product-error.ts';
import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import type { DeploymentAtForge, ForgeLookup } from '../../ports/forge.ts';
import { graphqlFailure, isMissing, limitedUntil, type ApiTask } from './api-failure.ts';
import type { Client } from './octokit.ts';

/** Things that one GraphQL request asks for. GitHub counts such a request as one, whatever it asks for up to a hundred. */
const atATime = 100;
/** Share of a token's requests that is left to others: a workflow's token is one for the whole repository. */
const leftToOthers = 0.1;
/** The same where the server does not say how many there are. */
const leastLeft = 100;

/** An answer to one request for many. */
interface Batch<T> {
  readonly found: ReadonlyMap<string, T | undefined>;
  readonly headers: Headers;
}

type Headers = Readonly<Record<string, unknown>>;

/** How things are asked for. */
export interface Question<T> {
  readonly task: ApiTask;
  /** The field of a repository that has the answer for a key: `release(tagName: "…") { url }`. */
  field(key: string): string;
  /** Reads that field's value, which is there. */
  read(value: Readonly<Record<string, unknown>>): T | undefined;
}

/**
 * Asks for many things, a hundred at a time, for as long as the token's limit has enough left for others.
 * @returns undefined where the server has no GraphQL.
 */
export async function lookUp<T>(
  keys: readonly string[],
  ask: (batch: readonly string[]) => Promise<Batch<T> | undefined>,
  { doing }: ApiTask,
): Promise<ForgeLookup<T> | undefined> {
  const found = new Map<string, T | undefined>();
  for (let start = 0; start < keys.length; start += atATime) {
    try {
      const answer = await ask(keys.slice(start, start + atATime));
      if (!answer) return undefined;
      for (const [key, value] of answer.found) found.set(key, value);
      const failure = start + atATime < keys.length ? usedUp(answer.headers, doing) : undefined;
      if (failure) return { found, failure };
    } catch (failure) {
      if (!(failure instanceof ProductError)) throw failure;
      return { found, failure };
    }
  }
  return { found };
}

/** The client that asks, and what every request of it has. */
interface Asker {
  readonly octokit: Client;
  readonly access: ForgeAccess;
  readonly request: { readonly signal: AbortSignal };
}

/** Asks GitHub's GraphQL for the answers to a question about several keys. @returns undefined where there is none. */
export async function ask<T>(
  { octokit, access, request }: Asker,
  keys: readonly string[],
  { task, field, read }: Question<T>,
): Promise<Batch<T> | undefined> {
  const { owner, name } = access.repository;
  const fields = keys.map((key, index) => `a${index}: ${field(key)}`).join('\n');
  const query = `query { repository(owner: ${JSON.stringify(owner)}, name: ${JSON.stringify(name)}) {\n${fields}\n} }`;
  try {
    const { data, headers } = await octokit.request(`POST ${graphqlAddress(access.api)}`, { query, request });
    const { repository } = (data as { data?: { repository?: Record<string, unknown> } }).data ?? {};
    if (!repository) throw Object.assign(new Error('no repository'), { response: { data, headers } });
    const valueOf = (index: number) => repository[`a${index}`] as Readonly<Record<string, unknown>> | null | undefined;
    const answers = keys.map((key, index): [string, T | undefined] => [key, readValue(valueOf(index), read)]);
    return { found: new Map(answers), headers };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw graphqlFailure(error, task, access) ?? error;
  }
}

function readValue<T>(value: Readonly<Record<string, unknown>> | null | undefined, read: Question<T>['read']) {
  return value ? read(value) : undefined;
}

/** Address of GraphQL beside that of the REST API; GitHub Enterprise Server has both below `/api`. */
function graphqlAddress(api: string): string {
  const base = api.replace(/\/$/, '');
  return base.endsWith('/api/v3') ? base.replace(/\/v3$/, '/graphql') : `${base}/graphql`;
}

export const releaseField = (tag: string) => `release(tagName: ${JSON.stringify(tag)}) { url }`;
export const readRelease = ({ url }: Readonly<Record<string, unknown>>) => ({ url: String(url) });

export const deploymentField = (environment: string) =>
  `deployments(environments: [${JSON.stringify(environment)}], first: 1, orderBy: { field: CREATED_AT, direction: DESC }) ` +
  '{ nodes { databaseId ref { name } latestStatus { state } } }';

/** Reads the newest deployment of an environment. */
export function readDeployment(value: Readonly<Record<string, unknown>>): DeploymentAtForge | undefined {
  const [newest] = value['nodes'] as readonly {
    readonly databaseId: number;
    /** Null where the tag is gone. */
    readonly ref: { readonly name: string } | null;
    readonly latestStatus: { readonly state: string } | null;
  }[];
  if (!newest) return undefined;
  const { databaseId, ref, latestStatus } = newest;
  return { id: databaseId, ref: ref?.name ?? '', state: latestStatus?.state.toLowerCase() };
}

/** Returns why nothing more is asked, when the token's limit is nearly used up. */
function usedUp(headers: Headers, doing: string): Failure | undefined {
  const [remaining, limit] = ['remaining', 'limit'].map((name) => Number(headers[`x-ratelimit-${name}`] ?? NaN));
  const reserve = Number.isNaN(limit) ? leastLeft : limit! * leftToOthers;
  if (Number.isNaN(remaining) || remaining! > reserve) return undefined;
  return new Failure({
    type: 'forge-limits-requests',
    doing,
    reason: `The token has ${remaining}${Number.isNaN(limit) ? '' : ` of ${limit}`} requests left, which other jobs need.`,
    remedy: `Try again ${limitedUntil(headers) ?? 'in an hour'}.`,
  });
}

/** Asks one by one, some at once, where the server has no GraphQL. */
export async function lookUpEach<T>(
  keys: readonly string[],
  ask: (key: string) => Promise<T | undefined>,
): Promise<ForgeLookup<T>> {
  const found = new Map<string, T | undefined>();
  const waiting = [...keys];
  let failure: ProductError | undefined;
  const work = async () => {
    for (let key = waiting.shift(); key !== undefined && !failure; key = waiting.shift()) {
      try {
        found.set(key, await ask(key));
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
        failure = error;
      }
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return failure ? { found, failure } : { found };
}
