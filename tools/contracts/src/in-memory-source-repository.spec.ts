import { InMemorySourceRepository } from '../../twins/src/in-memory-source-repository.ts';
import { publicKey } from '../../twins/src/in-memory-signature.ts';
import { sourceRepositoryContract } from './source-repository-contract.ts';
import { tagSignaturesContract } from './tag-signatures-contract.ts';

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

describe('InMemorySourceRepository, signing', () => {
  tagSignaturesContract(async () => {
    const repository = new InMemorySourceRepository({ a: 'a' });
    return {
      repository,
      clone: async () => repository.clone(),
      signWith: async (name) => (repository.signingKey = publicKey(name)),
    };
  });
});
