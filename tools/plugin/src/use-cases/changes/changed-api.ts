import { inFolder } from '../../model/workspace/places.ts';
import { apiChanges, type ApiChanges, type ApiOperationChange } from '../../model/changes/api/api-changes.ts';
import { shortCommit } from '../../model/commits/commit.ts';
import { apiFile, apiVersionsAmong, type ApiVersion } from '../../model/facade/api-version.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { ServiceSource } from '../../ports/service-source.ts';

/** A version that is not described yet, or no longer, has no operations: its comings and goings are those of all of them. */
const nothingDescribed = 'openapi: 3.1.0\npaths: {}\n';

/** The descriptions of a service's API in one commit, by their file names. */
type Descriptions = ReadonlyMap<string, string>;

/**
 * Returns the changes of a service's API between two commits: of `openapi.yaml`, and of each version beside it. What cannot
 * be compared makes all of it unknown.
 */
export async function changedApi(
  from: string,
  to: string,
  service: Pick<ServiceSource, 'root'>,
  ports: Pick<ReleasePorts, 'repository'>,
): Promise<ApiChanges> {
  const [before, after] = await Promise.all([from, to].map((commit) => descriptionsAt(commit, service, ports)));
  const named = (file: string, commit: string) => `${inFolder(service.root, file)} at ${shortCommit(commit)}`;
  const compare = (file: string, missing: string | undefined) =>
    apiChanges(
      { name: named(file, from), text: before!.get(file) ?? missing },
      { name: named(file, to), text: after!.get(file) ?? missing },
    );
  const changes: ApiChanges[] = [compare(apiFile, undefined)];
  for (const version of apiVersionsAmong([...new Set([...before!.keys(), ...after!.keys()])]))
    changes.push(ofVersion(version, compare(version.file(), nothingDescribed)));
  return together(changes);
}

async function descriptionsAt(
  commit: string,
  service: Pick<ServiceSource, 'root'>,
  { repository }: Pick<ReleasePorts, 'repository'>,
): Promise<Descriptions> {
  const paths = [...(await repository.blobs(commit, [service.root])).keys()];
  const names = paths
    .map((path) => path.split('/').at(-1)!)
    .filter((name, index) => paths[index] === inFolder(service.root, name));
  const files = [apiFile, ...apiVersionsAmong(names).map((version) => version.file())];
  const texts = await repository.texts(
    commit,
    files.map((file) => inFolder(service.root, file)),
  );
  return new Map(
    files.flatMap((file) =>
      texts.has(inFolder(service.root, file)) ? [[file, texts.get(inFolder(service.root, file))!]] : [],
    ),
  );
}

function ofVersion(version: ApiVersion, changes: ApiChanges): ApiChanges {
  if (changes.state !== 'compared') return changes;
  const named = ({ operation, ...rest }: ApiOperationChange) => ({
    operation: `${version.toString()} ${operation}`,
    ...rest,
  });
  return { state: 'compared', operations: changes.operations.map(named) };
}

function together(all: readonly ApiChanges[]): ApiChanges {
  const unknown = all.find(({ state }) => state === 'unknown');
  if (unknown) return unknown;
  const compared = all.filter((each) => each.state === 'compared');
  if (compared.length === 0) return { state: 'none' };
  return { state: 'compared', operations: compared.flatMap(({ operations }) => operations) };
}
