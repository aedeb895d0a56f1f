import { longestBody, longestDescription } from '../../plugin/src/model/forge/forge-text.ts';
import { Failure } from '../../plugin/src/model/errors/product-error.ts';
import type { ReleaseTag } from '../../plugin/src/model/release/release-tag.ts';
import type {
  DeploymentAtForge,
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
} from '../../plugin/src/ports/forge.ts';

/** A deployment, with all that was told of it. */
interface KeptDeployment extends ForgeDeploymentState, Pick<NewForgeDeployment, 'description' | 'payload' | 'links'> {
  readonly endings: readonly ForgeDeploymentEnding[];
}

/** Twin of a repository at a forge for tests. */
export class InMemoryForge implements Forge {
  readonly releases = new Map<string, NewForgeRelease>();
  /** In the order in which they were begun. */
  deployments: readonly KeptDeployment[] = [];
  /** Why it does not answer; undefined while it does. */
  outage: string | undefined;
  /** True when it knows deployments at all. */
  hasDeployments = true;
  /** How many releases or deployments it tells of before its limit is nearly used up. */
  mostAsked = Infinity;
  /** Called before every call; may wait. */
  before: (call: keyof Forge) => Promise<void> | void = () => {};
  /** Reports whether it has a tag; all that it is asked for by default. */
  hasTag: (tag: ReleaseTag) => boolean = () => true;

  async release(tag: ReleaseTag): Promise<ForgeRelease | undefined> {
    await this.check('release', 'look for a release');
    const release = this.releases.get(`${tag}`);
    return release && { url: urlOf(tag), title: release.title, body: release.body };
  }

  async publishRelease(release: NewForgeRelease): Promise<PublishedRelease> {
    await this.check('publishRelease', `publish ${release.tag}`);
    const url = urlOf(release.tag);
    if (this.releases.has(`${release.tag}`)) return { url, made: 'exists' };
    refuseLonger(release.body, longestBody);
    this.releases.set(`${release.tag}`, release);
    return { url, made: 'created' };
  }

  async openDeployment(deployment: NewForgeDeployment): Promise<ForgeDeployment | WithoutDeployments> {
    await this.check('openDeployment', `open a deployment of ${deployment.environment}`);
    if (!this.hasDeployments) return withoutDeployments;
    refuseLonger(deployment.description, longestDescription);
    if (!this.hasTag(deployment.tag)) throw refused(`There is no ${deployment.tag}.`);
    const { environment, isProduction, tag, description, payload, links } = deployment;
    const opened: ForgeDeployment = { id: this.deployments.length + 1, environment, isProduction };
    const kept = { ...opened, ref: `${tag}`, state: 'in_progress', description, payload, links, endings: [] };
    this.deployments = [...this.deployments, kept];
    return opened;
  }

  async endDeployment({ id, environment }: ForgeDeployment, ending: ForgeDeploymentEnding): Promise<void> {
    await this.check('endDeployment', `end a deployment of ${environment}`);
    refuseLonger(ending.description, longestDescription);
    this.deployments = this.deployments.map((each) => {
      if (each.id === id) return { ...each, state: ending.state, endings: [...each.endings, ending] };
      const isOver = ending.state === 'success' && each.environment === environment && each.state === 'success';
      return isOver ? { ...each, state: 'inactive' } : each;
    });
  }

  async newestDeployment(environment: string): Promise<ForgeDeploymentState | undefined | WithoutDeployments> {
    await this.check('newestDeployment', `look for deployments of ${environment}`);
    if (!this.hasDeployments) return withoutDeployments;
    const newest = this.deployments.findLast((each) => each.environment === environment);
    if (!newest) return undefined;
    const { id, isProduction, ref, state } = newest;
    return { id, environment, isProduction, ref, state };
  }

  async releasesOf(tags: readonly ReleaseTag[]): Promise<ForgeLookup<Pick<ForgeRelease, 'url'>>> {
    return this.lookUp('releasesOf', tags.map(String), (name) =>
      this.releases.has(name) ? { url: urlOf(this.releases.get(name)!.tag) } : undefined,
    );
  }

  async newestDeployments(
    environments: readonly string[],
  ): Promise<ForgeLookup<DeploymentAtForge> | WithoutDeployments> {
    if (!this.hasDeployments) return withoutDeployments;
    return this.lookUp('newestDeployments', environments, (environment) => {
      const newest = this.deployments.findLast((each) => each.environment === environment);
      return newest && { id: newest.id, ref: newest.ref, state: newest.state };
    });
  }

  private async lookUp<T>(
    call: keyof Forge,
    keys: readonly string[],
    find: (key: string) => T | undefined,
  ): Promise<ForgeLookup<T>> {
    try {
      await this.check(call, 'look for them');
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      return { found: new Map(), failure };
    }
    const asked = keys.slice(0, this.mostAsked);
    const found = new Map(asked.map((key) => [key, find(key)]));
    if (asked.length === keys.length) return { found };
    return { found, failure: limited };
  }

  private async check(call: keyof Forge, doing: string): Promise<void> {
    await this.before(call);
    if (this.outage === undefined) return;
    const remedy = 'Try again when it answers.';
    throw new Failure({ type: 'forge-unreachable', doing, reason: this.outage, remedy });
  }
}

const limited = new Failure({
  type: 'forge-limits-requests',
  doing: 'look for them',
  reason: 'The token has 90 of 1000 requests left, which other jobs need.',
  remedy: 'Try again after 12:30:00 UTC.',
});
const withoutDeployments: WithoutDeployments = { reason: 'forge.example keeps no deployments' };

function urlOf(tag: ReleaseTag): string {
  return `https://forge.example/acme/shop/releases/tag/${tag}`;
}

function refuseLonger(text: string, longest: number): void {
  if (Array.from(text).length > longest) throw refused(`A text is longer than ${longest} characters.`);
}

function refused(reason: string): Failure {
  return new Failure({ type: 'forge-refuses', doing: 'tell the forge', reason, remedy: 'Look at what it says.' });
}
