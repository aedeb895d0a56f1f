import { InMemorySourceRepository } from '../../twins/src/in-memory-source-repository.ts';
import { sourceRepositoryContract } from './source-repository-contract.ts';

describe('InMemorySourceRepository', () => {
  sourceRepositoryContract(async (files) => {
    const repository = new InMemorySourceRepository(files);
    return {
      repository,
      clone: async () => repository.clone(),
      write: async (path, text) => repository.write(path, text),
      remove: async (path) => repository.remove(path),
      commit: async () => repository.commit(),
      refusePushes: async () => void (repository.refusesPushes = 'no'),
    };
  });
});
