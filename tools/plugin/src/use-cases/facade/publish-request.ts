import { apiChanges, type ApiChanges } from '../../model/changes/api/api-changes.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import type { ApiManagement, Environment } from '../../model/environment/environment.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { ApiDescription } from '../../model/facade/description/api-description.ts';
import type { ApiRevision } from '../../model/facade/identifiers.ts';
import { contentDigest, type ApiPolicies } from '../../model/facade/policies/api-policies.ts';
import { apiInEnvironment, type Publication } from '../../model/facade/publishing/publication.ts';
import type { BreakingSituation } from '../../model/facade/publishing/refuse-breaking.ts';
import type { RevisionMark } from '../../model/facade/revision-mark.ts';
import type { Actor } from '../../model/release/actor.ts';
import type { Release } from '../../model/release/release.ts';
import type { ApiContent, Facade } from '../../ports/facade.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { SourceFiles } from '../../ports/repository/source-files.ts';
import { ApiFiles, type DescribedApi } from './described-apis.ts';

/** An API to be published in an environment. */
export interface PublishRequest {
  readonly publication: Publication;
  readonly content: Pick<ApiContent, 'notes'> & {
    readonly description: ApiContent['description'] & Pick<ApiDescription, 'document'>;
    readonly policies: ApiPolicies;
  };
  /** `back`: to a release that ran before. */
  readonly direction: 'forward' | 'back';
  /** Revisions that retained records of the environment name. */
  readonly recorded: readonly ApiRevision[];
  readonly situation: BreakingSituation;
  /** Compares with what is current. @param mark of that; undefined when it is not ours. */
  readonly changesSince: (mark: RevisionMark | undefined) => Promise<ApiChanges>;
}

/** How writes at the door are accompanied. */
export interface PublishCourse {
  readonly reporter: Reporter;
  /** Stops before the next write. */
  readonly signal?: AbortSignal | undefined;
  /** Sent with the calls of a check, beside their own. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Checks a revision at the door before clients find it. @throws {Failure} when it is not what it should be. */
export type RevisionCheck = (
  revision: ApiRevision,
  request: PublishRequest,
  at: PublishCourse & { readonly facade: Facade },
) => Promise<void>;

/** A release whose APIs are to be published in an environment. */
export interface PublicationTarget {
  readonly service: { readonly name: string; readonly root: string };
  readonly release: Pick<Release, 'buildNumber' | 'commit' | 'dirty'>;
  readonly environment: Environment;
  readonly actor: Actor;
  /** True when a protected environment is to take what may break clients. */
  readonly allowBreaking?: boolean | undefined;
  readonly check?: RevisionCheck | undefined;
}

type PublishedHere = PublicationTarget & { readonly environment: { readonly facade: ApiManagement } };

/** A request, before it is known what runs. */
export type PreparedRequest = Omit<PublishRequest, 'direction' | 'recorded'>;

/**
 * Reads what a release publishes: its description, policies and variables, at its commit.
 * @returns a request for each API, the original first. @throws {Refusal} naming file, line and what is wrong there.
 */
export async function prepareRequests(target: PublishedHere, files: SourceFiles): Promise<PreparedRequest[]> {
  const { service, release, environment } = target;
  const source = sourceOf(target, files);
  const described = await source.read();
  if (!described) return [];
  const { variables, apis } = described;
  const hasVersions = apis.some(({ version }) => version !== undefined);
  return apis.map((each): PreparedRequest => {
    const { file, version, description, policies } = each;
    const { api, settings } = apiInEnvironment({
      ...{ service: service.name, variables, environment, version, hasVersions },
      description: description.text,
    });
    const { products } = variables;
    const publication: Publication = {
      ...{ api, build: release.buildNumber, commit: release.commit, settings, products },
      digest: contentDigest(description, policies),
    };
    return {
      publication,
      content: { description, policies, notes: notesOf(target) },
      situation: { service: service.name, environment, file, isAllowed: target.allowBreaking ?? false },
      changesSince: (mark) => changesSince(mark, each, target, files),
    };
  });
}

/** Files of commits, which stay as they are, so that a release that plans twice reads them once. */
const readOfCommits = new WeakMap<SourceFiles, Map<string, ApiFiles>>();

/** Returns where the files of a release are: in its commit, or in the working tree where no commit has them. */
export function sourceOf({ service: { root }, release }: PublicationTarget, files: SourceFiles): ApiFiles {
  const { commit, dirty } = release;
  if (dirty) return new ApiFiles(root, 'working-tree', files);
  const known = readOfCommits.get(files) ?? new Map<string, ApiFiles>();
  readOfCommits.set(files, known);
  const key = `${commit} ${root}`;
  const source = known.get(key) ?? new ApiFiles(root, { commit }, files);
  known.set(key, source);
  return source;
}

/** Returns what clients' developers read of a switch: which release, by whom. */
function notesOf({ service, release, environment, actor }: PublicationTarget): string {
  return `${service.name} ${release.buildNumber.toString()} in ${environment.name} by ${actor.person} (${actor.run})`;
}

async function changesSince(
  mark: RevisionMark | undefined,
  { file, description }: DescribedApi,
  { service, release }: PublicationTarget,
  files: SourceFiles,
): Promise<ApiChanges> {
  if (!mark) return { state: 'unknown', reason: 'The revision that is current was not made by this tool.' };
  try {
    const before = await new ApiFiles(service.root, { commit: mark.commit }, files).description(file);
    const named = (commit: string) => `${file} at ${shortCommit(commit)}`;
    return apiChanges(
      { name: named(mark.commit), text: before.toString() },
      { name: named(release.commit), text: description.toString() },
    );
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const reason = `The description of ${mark.build.toString()}, which is current, cannot be read: ${error.facts.reason}`;
    return { state: 'unknown', reason };
  }
}
