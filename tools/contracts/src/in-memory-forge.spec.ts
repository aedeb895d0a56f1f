import { forgeContract } from './forge-contract.ts';
import { InMemoryForge } from '../../twins/src/in-memory-forge.ts';

describe.each([true, false])('the twin of a forge (deployments: %s)', (hasDeployments) => {
  forgeContract(async () => {
    const forge = new InMemoryForge();
    const pushed = new Set<string>();
    Object.assign(forge, { hasDeployments, hasTag: (tag: unknown) => pushed.has(`${tag}`) });
    const unreachable = new InMemoryForge();
    unreachable.outage = 'It is down.';
    return {
      forge,
      unreachable,
      hasDeployments,
      push: async (tag) => {
        pushed.add(`${tag}`);
        return 'c'.repeat(40);
      },
      stateOf: async (id) => forge.deployments.find((each) => each.id === id)?.state,
    };
  });
});
