import { setTimeout as pause } from 'node:timers/promises';
import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import { failureOf, TimeIsUp, type ApiTask } from './api-failure.ts';
import { makeOctokit, type Client, type Pace } from './octokit.ts';

/** The parameters of every request of a task. */
export interface Request {
  readonly owner: string;
  readonly repo: string;
  readonly request: { readonly signal: AbortSignal };
}
export type Action<T> = (octokit: Client, of: Request) => Promise<T>;

/** One repository at GitHub, of which tasks are asked that take no longer than the pace allows. */
export class GitHubRepository {
  private readonly access: ForgeAccess;
  private readonly pace: Pace;
  private octokit: Promise<Client> | undefined;

  constructor(access: ForgeAccess, pace: Pace) {
    this.access = access;
    this.pace = pace;
  }

  /** @throws {Failure} when it fails, or takes too long; what is still to come of it is stopped then. */
  async carryOut<T>(task: ApiTask, action: Action<T>): Promise<T> {
    const { repository } = this.access;
    const stop = new AbortController();
    const of = { owner: repository.owner, repo: repository.name, request: { signal: stop.signal } };
    const ended = new AbortController();
    const late = pause(this.pace.wholeMs, undefined, { signal: ended.signal }).then(() => {
      throw new TimeIsUp(this.pace.wholeMs);
    });
    try {
      return await Promise.race([this.client().then((octokit) => action(octokit, of)), late]);
    } catch (error) {
      throw failureOf(error, task, this.access);
    } finally {
      stop.abort();
      ended.abort();
    }
  }

  private client(): Promise<Client> {
    return (this.octokit ??= makeOctokit(this.access, this.pace));
  }
}
