import { Failure } from '../../plugin/src/model/errors/product-error.ts';
import { InMemoryFacade } from '../../twins/src/in-memory-facade.ts';
import { facadeContract } from './facade-contract.ts';

describe('InMemoryFacade', () => {
  facadeContract(async () => {
    const facade = new InMemoryFacade();
    return {
      facade,
      writes: () => facade.writes,
      cutOffAfter: (writes) => {
        let left = writes;
        facade.afterWrite = (write) => {
          if (--left > 0) return;
          facade.outage = 'It is gone.';
          throw new Failure({ type: 'facade-unreachable', doing: write, reason: 'It is gone.', remedy: 'Go on.' });
        };
      },
      restore: () => {
        facade.outage = undefined;
        facade.afterWrite = () => {};
      },
      addProduct: async (id) => void facade.products.add(id),
      addNamedValue: async (name) => void facade.namedValues.add(name),
      makeByHand: async (api, settings) => facade.makeByHand(api, settings),
      contentOf: async (api, revision) => {
        const { operations, policies } = facade.apis.get(`${api}`)!.revisions.get(`${revision}`)!;
        return { operations: [...operations].sort(), policies: Object.fromEntries(policies) };
      },
    };
  });
});
