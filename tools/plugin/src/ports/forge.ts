import type { ProductError } from '../model/errors/product-error.ts';
import type { ReleaseTag } from '../model/release/release-tag.ts';

/**
 * One repository at a forge: GitHub, GitHub Enterprise, or what speaks its API, such as Gitea. Every method ends within
 * the forge's own patience (20 s). What it throws is a Failure that tells what is missing, and never a secret.
 */
export interface Forge {
  /** The release of a tag, or undefined when there is none. */
  release(tag: ReleaseTag): Promise<ForgeRelease | undefined>;

  /** Makes the release of a tag that the forge has. One that is there already, of whatever text, is left as it is. */
  publishRelease(release: NewForgeRelease): Promise<PublishedRelease>;

  /** Begins a deployment, which is in progress then. */
  openDeployment(deployment: NewForgeDeployment): Promise<ForgeDeployment | WithoutDeployments>;

  /** Says how a deployment ended. After a success, no earlier one of the environment is active any more. */
  endDeployment(deployment: ForgeDeployment, ending: ForgeDeploymentEnding): Promise<void>;

  /** The deployment of an environment that was begun last, or undefined when there is none. */
  newestDeployment(environment: string): Promise<ForgeDeploymentState | undefined | WithoutDeployments>;

  /**
   * Releases by their tags, of many, in few requests. A failure leaves what was found before it, and so does a limit that
   * is nearly used up: others need the token, too.
   */
  releasesOf(tags: readonly ReleaseTag[]): Promise<ForgeLookup<Pick<ForgeRelease, 'url'>>>;

  /** The same for the newest deployments of environments. */
  newestDeployments(environments: readonly string[]): Promise<ForgeLookup<DeploymentAtForge> | WithoutDeployments>;
}

/** An answer to a question about many things. */
export interface ForgeLookup<T> {
  /** By what was asked for; undefined where the forge has none. What is not in it was not asked for. */
  readonly found: ReadonlyMap<string, T | undefined>;
  /** Why the rest was not asked for. */
  readonly failure?: ProductError;
}

/** The newest deployment of an environment, as far as many are told of at once. */
export type DeploymentAtForge = Pick<ForgeDeploymentState, 'id' | 'ref' | 'state'>;

/** Why there is no forge, as a clause. */
export interface NoForge {
  readonly reason: string;
  /** The origin is at no GitHub, so that nobody misses anything. */
  readonly isElsewhere?: true;
}

/** A forge that keeps no deployments, and what it says of that, as a clause. */
export interface WithoutDeployments {
  readonly reason: string;
}

/** A release, as the forge shows it. */
export interface ForgeRelease {
  /** Page of the release. */
  readonly url: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

export interface NewForgeRelease {
  readonly tag: ReleaseTag;
  /** Full object name of the built commit. */
  readonly commit: string;
  readonly title: string;
  /** Markdown, of `longestBody` characters at most. */
  readonly body: string;
}

export interface PublishedRelease {
  /** Page of the release. */
  readonly url: string;
  readonly made: 'created' | 'exists';
}

export interface NewForgeDeployment {
  /** `preprod/orders`: each service has its own in each environment. */
  readonly environment: string;
  /** True when end users meet what is deployed. */
  readonly isProduction: boolean;
  /** Tag of the release; the forge has it. */
  readonly tag: ReleaseTag;
  /** Facts for machines. */
  readonly payload: Readonly<Record<string, string>>;
  /** Of `longestDescription` characters at most. */
  readonly description: string;
  readonly links: DeploymentLinks;
}

/** Addresses that the forge shows beside a deployment. */
export interface DeploymentLinks {
  /** Of the run that deploys. */
  readonly log?: string;
  /** Of what is deployed. */
  readonly environment?: string;
}

/** A deployment that the forge keeps. */
export interface ForgeDeployment {
  readonly id: number;
  readonly environment: string;
  readonly isProduction: boolean;
}

export interface ForgeDeploymentEnding {
  /** `failure`: it did not get ready. `error`: nobody knows what became of it. */
  readonly state: 'success' | 'failure' | 'error';
  /** Of `longestDescription` characters at most. */
  readonly description: string;
  readonly links: DeploymentLinks;
}

export interface ForgeDeploymentState extends ForgeDeployment {
  /** The deployed tag. */
  readonly ref: string;
  /** The newest that was said of it; undefined when nothing was. */
  readonly state: string | undefined;
}
