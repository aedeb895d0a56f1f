import { hashContent } from '../../plugin/src/model/content/content-hash.ts';
import type { ServiceSource } from '../../plugin/src/ports/service-source.ts';
import { ordersManifests, type ReleaseScenario } from './release-scenario.ts';

/** Returns a service beside `orders`, whose folder is made like that one's. Its content are the files there. */
export function anotherService(scenario: ReleaseScenario, name: string): ServiceSource {
  const { repository, service } = scenario;
  const root = `apps/${name}`;
  const blobs = (source: { commit: string } | 'working-tree') =>
    source === 'working-tree' ? repository.workingTreeBlobs([root]) : repository.blobs(source.commit, [root]);
  repository.write(`${root}/Dockerfile`, 'FROM scratch');
  repository.write(`${root}/src/main.ts`, '1');
  repository.write(`${root}/k8s/all.yaml`, ordersManifests.replaceAll('orders', name));
  repository.commit();
  return {
    ...service,
    ...{ name, root, folder: `/workspace/${root}`, projectRoots: [root], inputFolders: [root] },
    isContent: (path) => path.startsWith(`${root}/`),
    contentHash: async (source) => hashContent({ files: await blobs(source), packages: [] }),
    build: () => ({ ...service.build(), context: `/workspace/${root}` }),
  };
}
