import { clusterConfigurationContract } from './cluster-configuration-contract.ts';
import { InMemoryConfiguration } from '../../twins/src/in-memory-configuration.ts';

describe('InMemoryConfiguration', () => {
  clusterConfigurationContract(async () => {
    const configuration = new InMemoryConfiguration('shop');
    return {
      configuration,
      namespace: 'shop',
      again: async () => configuration.another(),
      beside: async () => ({ configuration: configuration.another('shop-2'), namespace: 'shop-2' }),
      put: async (object) => configuration.put(object),
      read: async (kind, name, namespace) => configuration.read(kind, name, namespace),
      killHolder: async () => configuration.killHolder(),
    };
  });
});
