import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { ReleaseTag } from '../../model/release/release-tag.ts';
import type {
  DeploymentAtForge,
  DeploymentLinks,
  Forge,
  ForgeDeployment,
  ForgeDeploymentEnding,
  ForgeDeploymentState,
  ForgeLookup,
  ForgeRelease,
  NewForgeDeployment,
  NewForgeRelease,
  PublishedRelease,
  WithoutDeployments,
} from '../../ports/forge.ts';
import { isHttpError, isMissing, type ApiTask } from './api-failure.ts';
import { GitHubRepository, type Action, type Request } from './github-repository.ts';
import {
  ask,
  deploymentField,
  lookUp,
  lookUpEach,
  readDeployment,
  readRelease,
  releaseField,
  type Question,
} from './lookup.ts';
import { usualPace, type Client } from './octokit.ts';

/** Earlier deployments of an environment that are looked through for one that is still active. */
const mostEarlier = 10;

/** A repository at GitHub, or at what speaks its API. */
export class GitHubForge implements Forge {
  private readonly access: ForgeAccess;
  private readonly repository: GitHubRepository;
  /** Known after the first answer about deployments. */
  private isWithoutDeployments = false;

  constructor(access: ForgeAccess, pace = usualPace) {
    this.access = access;
    this.repository = new GitHubRepository(access, pace);
  }

  async release(tag: ReleaseTag): Promise<ForgeRelease | undefined> {
    return this.carryOut(releases(`look for the release ${tag}`), (octokit, of) => findRelease(octokit, of, tag));
  }

  async publishRelease({ tag, commit, title, body }: NewForgeRelease): Promise<PublishedRelease> {
    return this.carryOut(releases(`publish the release ${tag}`), async (octokit, of) => {
      try {
        const { data } = await octokit.rest.repos.createRelease({
          ...of,
          tag_name: `${tag}`,
          target_commitish: commit,
          name: title,
          body,
          // Services would take "latest" from each other.
          make_latest: 'false',
        });
        return { url: text(data.html_url), made: 'created' };
      } catch (error) {
        // GitHub answers 422 where there is one, Gitea 409; both do so for other reasons, too.
        if (!isHttpError(error) || (error.status !== 422 && error.status !== 409)) throw error;
        const there = await findRelease(octokit, of, tag);
        if (!there) throw error;
        return { url: there.url, made: 'exists' };
      }
    });
  }

  async openDeployment(deployment: NewForgeDeployment): Promise<ForgeDeployment | WithoutDeployments> {
    const { environment, isProduction, tag, payload, description, links } = deployment;
    return this.carryOutWhereKnown(`open a deployment of ${environment}`, async (octokit, of) => {
      const { data } = await octokit.rest.repos.createDeployment({
        ...of,
        ref: `${tag}`,
        environment,
        production_environment: isProduction,
        payload,
        description,
        // What is deployed is decided here: by no check of GitHub, and nothing is merged for it.
        required_contexts: [],
        auto_merge: false,
      });
      if (!('id' in data)) throw new Error('a deployment was merged');
      const opened = { id: data.id, environment, isProduction };
      await setState(octokit, of, opened.id, { state: 'in_progress', description, links });
      return opened;
    });
  }

  async endDeployment(deployment: ForgeDeployment, ending: ForgeDeploymentEnding): Promise<void> {
    const { id, environment, isProduction } = deployment;
    await this.carryOut(deployments(`end the deployment of ${environment}`), async (octokit, of) => {
      await setState(octokit, of, id, ending);
      // GitHub itself makes inactive what came before in other environments than those of production.
      if (ending.state === 'success' && isProduction) await endEarlier(octokit, of, deployment);
    });
  }

  async newestDeployment(environment: string): Promise<ForgeDeploymentState | undefined | WithoutDeployments> {
    return this.carryOutWhereKnown(`look for deployments of ${environment}`, async (octokit, of) => {
      const [newest] = (await octokit.rest.repos.listDeployments({ ...of, environment, per_page: 1 })).data;
      if (!newest) return undefined;
      const { id, ref, production_environment: isProduction = false } = newest;
      return { id, environment, isProduction, ref, state: await stateOf(octokit, of, id) };
    });
  }

  async releasesOf(tags: readonly ReleaseTag[]): Promise<ForgeLookup<Pick<ForgeRelease, 'url'>>> {
    const byName = new Map(tags.map((tag) => [`${tag}`, tag]));
    const task = releases('look for releases');
    const question = { task, field: releaseField, read: readRelease };
    return this.lookUp([...byName.keys()], question, (name) => this.release(byName.get(name)!));
  }

  async newestDeployments(
    environments: readonly string[],
  ): Promise<ForgeLookup<DeploymentAtForge> | WithoutDeployments> {
    const question = { task: deployments('look for deployments'), field: deploymentField, read: readDeployment };
    return this.lookUp(environments, question, async (environment) => {
      const newest = await this.newestDeployment(environment);
      return newest && 'reason' in newest ? undefined : newest;
    }).then((lookup) => (this.isWithoutDeployments ? this.withoutDeployments : lookup));
  }

  /** Asks for many in few requests where there is GraphQL, else for one after the other. */
  private async lookUp<T>(
    keys: readonly string[],
    question: Question<T>,
    each: (key: string) => Promise<T | undefined>,
  ): Promise<ForgeLookup<T>> {
    const { access } = this;
    const batch = (some: readonly string[]) =>
      this.carryOut(question.task, (octokit, { request }) => ask({ octokit, access, request }, some, question));
    return (await lookUp(keys, batch, question.task)) ?? lookUpEach(keys, each);
  }

  /** Carries out what is about deployments, where the forge has those. */
  private async carryOutWhereKnown<T>(doing: string, action: Action<T>): Promise<T | WithoutDeployments> {
    const none = this.withoutDeployments;
    if (this.isWithoutDeployments) return none;
    return this.carryOut<T | WithoutDeployments>(deployments(doing), async (octokit, of) => {
      try {
        return await action(octokit, of);
      } catch (error) {
        if (!isMissing(error)) throw error;
        this.isWithoutDeployments = true;
        return none;
      }
    });
  }

  /** @throws {Failure} when it fails, or takes too long; what is still to come of it is stopped then. */
  private carryOut<T>(task: ApiTask, action: Action<T>): Promise<T> {
    return this.repository.carryOut(task, action);
  }

  private get withoutDeployments(): WithoutDeployments {
    return { reason: `${this.host} keeps no deployments` };
  }

  private get host(): string {
    return new URL(this.access.api).host;
  }
}

function releases(doing: string): ApiTask {
  return { doing, permission: 'contents: write' };
}

function deployments(doing: string): ApiTask {
  return { doing, permission: 'deployments: write' };
}

async function findRelease(octokit: Client, of: Request, tag: ReleaseTag): Promise<ForgeRelease | undefined> {
  try {
    const { data } = await octokit.rest.repos.getReleaseByTag({ ...of, tag: `${tag}` });
    return { url: text(data.html_url), title: data.name ?? '', body: data.body ?? '' };
  } catch (error) {
    if (isHttpError(error) && error.status === 404) return undefined;
    throw error;
  }
}

type State = Omit<ForgeDeploymentEnding, 'state'> & { readonly state: ForgeDeploymentEnding['state'] | 'in_progress' };

async function setState(octokit: Client, of: Request, id: number, { state, description, links }: State): Promise<void> {
  await octokit.rest.repos.createDeploymentStatus({
    ...of,
    deployment_id: id,
    state,
    description,
    ...addresses(links),
  });
}

function addresses({ log, environment }: DeploymentLinks) {
  return {
    ...(log === undefined ? {} : { log_url: log }),
    ...(environment === undefined ? {} : { environment_url: environment }),
  };
}

async function stateOf(octokit: Client, of: Request, id: number): Promise<string | undefined> {
  const { data } = await octokit.rest.repos.listDeploymentStatuses({ ...of, deployment_id: id, per_page: 1 });
  return data[0]?.state;
}

/** Makes inactive the deployment of the environment that was active before this one. */
async function endEarlier(octokit: Client, of: Request, { id, environment }: ForgeDeployment): Promise<void> {
  const { data } = await octokit.rest.repos.listDeployments({ ...of, environment, per_page: mostEarlier });
  for (const earlier of data) {
    if (earlier.id >= id) continue;
    const state = await stateOf(octokit, of, earlier.id);
    if (state === 'inactive') return;
    if (state !== 'success') continue;
    await octokit.rest.repos.createDeploymentStatus({ ...of, deployment_id: earlier.id, state: 'inactive' });
    return;
  }
}

/** Returns an address, which must be there. @throws {Failure} when the answer is not GitHub's. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Failure({
    type: 'forge-answers-oddly',
    doing: 'read an answer of the forge',
    reason: 'The answer lacks the address of the release.',
    remedy: "Check that its address is that of GitHub's API.",
  });
}
