import { Failure } from '../../plugin/src/model/errors/product-error.ts';
import { InMemoryFacadeInstance } from '../../twins/src/in-memory-facade-instance.ts';
import { facadeInstanceContract } from './facade-instance-contract.ts';

describe('InMemoryFacadeInstance', () => {
  facadeInstanceContract(async () => {
    const instance = new InMemoryFacadeInstance();
    return {
      instance,
      writes: () => instance.writes,
      cutOffAfter: (writes) => {
        let left = writes;
        instance.afterWrite = (write) => {
          if (--left > 0) return;
          instance.outage = 'It is gone.';
          throw new Failure({ type: 'facade-unreachable', doing: write, reason: 'It is gone.', remedy: 'Go on.' });
        };
      },
      restore: () => {
        instance.outage = undefined;
        instance.afterWrite = () => {};
      },
      makeByHand: async (entity) => instance.makeByHand(entity),
      makeService: async (policy, product) => instance.makeService(policy, product),
    };
  });
});
