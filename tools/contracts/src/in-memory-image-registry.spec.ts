import { imageCopyContract } from './image-copy-contract.ts';
import { imageRegistryContract, type ImageRegistryScenario } from './image-registry-contract.ts';
import { InMemoryImageRegistry } from '../../twins/src/in-memory-image-registry.ts';

describe('InMemoryImageRegistry', () => {
  const [host, unreachableHost] = ['acr.example', 'gone.example'];
  const start = async () => {
    const registry = new InMemoryImageRegistry();
    registry.unreachable.add(unreachableHost);
    return {
      ...{ registry, host, unreachableHost },
      put: async (image, labels, platform) => registry.put(image, 'content', labels, platform),
      putIndex: async (image, images) => registry.putIndex(image, images),
    } satisfies ImageRegistryScenario;
  };
  imageRegistryContract(start);
  imageCopyContract(async () => {
    const scenario = await start();
    const otherHost = 'prod.example';
    scenario.registry.readOnly.add('read-only.example');
    return { ...scenario, otherHost, readOnlyHost: 'read-only.example' };
  });
});
