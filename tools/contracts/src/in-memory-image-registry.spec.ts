import { imageRegistryContract } from './image-registry-contract.ts';
import { InMemoryImageRegistry } from '../../twins/src/in-memory-image-registry.ts';

describe('InMemoryImageRegistry', () => {
  imageRegistryContract(async () => {
    const registry = new InMemoryImageRegistry();
    const [host, unreachableHost] = ['acr.example', 'gone.example'];
    registry.unreachable.add(unreachableHost);
    return { registry, host, unreachableHost, put: async (image, labels) => registry.put(image, 'content', labels) };
  });
});
