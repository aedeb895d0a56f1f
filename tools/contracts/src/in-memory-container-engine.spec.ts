import { ImageRef } from '../../plugin/src/model/image/image-ref.ts';
import { containerEngineContract } from './container-engine-contract.ts';
import { buildRefusalContract } from './declared-build-contract.ts';
import { InMemoryContainerEngine } from '../../twins/src/in-memory-container-engine.ts';
import { InMemoryImageRegistry } from '../../twins/src/in-memory-image-registry.ts';
import { platformsContract } from './platforms-contract.ts';

describe('InMemoryContainerEngine', () => {
  buildRefusalContract(async () => ({ engine: new InMemoryContainerEngine(new InMemoryImageRegistry()) }));

  const start = async () => {
    const registry = new InMemoryImageRegistry();
    const engine = new InMemoryContainerEngine(registry);
    let count = 0;
    return {
      engine,
      registry,
      newImage: () => ImageRef.of('acr.example', 'orders', `20261124-${++count}`),
      unreachableImage: () => {
        registry.unreachable.add('gone.example');
        return ImageRef.of('gone.example', 'orders', '20261124-1');
      },
      goodContext: async (text: string) => ({ context: `/apps/${text}`, dockerfile: `/apps/${text}/Dockerfile` }),
      contextOn: async () => ({ context: '/apps/on', dockerfile: '/apps/on/Dockerfile' }),
      brokenContext: async () => {
        engine.failsWith = 'npm: not found';
        return { context: '/apps/broken', dockerfile: '/apps/broken/Dockerfile' };
      },
    };
  };
  containerEngineContract(start);
  platformsContract(start);
});
