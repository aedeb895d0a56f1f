import { join } from 'node:path';
import { plainBuild } from '../../plugin/src/model/build/build-settings.ts';
import { parseDigest, type Digest } from '../../plugin/src/model/image/image-ref.ts';
import type { ServiceSource } from '../../plugin/src/ports/service-source.ts';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

/** A service of a workspace, for those who deploy what was released: nothing of it is built here. */
export function releasedService(name: string, workspaceRoot: string): ServiceSource {
  const root = `apps/${name}`;
  return {
    name,
    root,
    partOf: 'soak',
    folder: join(workspaceRoot, root),
    contentHash: () => taggedContent(name, workspaceRoot),
    projectRoots: [root],
    inputFolders: [],
    isContent: () => false,
    packages: [],
    build: () => ({ ...plainBuild, context: join(workspaceRoot, root) }),
    baseImages: async () => ({ images: [], below: undefined, unknown: [], frontend: undefined }),
    foreignImageInputs: async () => [],
    requireBuildable: async () => {},
    requireCommittedInputs: async () => {},
  };
}

/** Returns the hash of the checked-out content by the tags that are on its commit: its graph is not read here. */
async function taggedContent(name: string, cwd: string): Promise<Digest> {
  const tags = ['tag', '--points-at', 'HEAD', '--list', `${name}-*`, '--format=%(contents)'];
  const hash = /^Content-Hash: (\S+)$/m.exec(await runSuccessfully('git', tags, { cwd }))?.[1];
  return parseDigest(hash ?? '')!;
}
