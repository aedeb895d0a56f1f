import fc from 'fast-check';
import { azureMatrix, shard, githubMatrix } from './job-matrix.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 40 });

describe('dealOut', () => {
  it('gives each service to one agent, and each agent nearly as many as every other', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 20 }), (services, agents) => {
        const shards = shard(services, agents);
        expect(shards.flat().sort()).toEqual([...services].sort());
        expect(shards.length).toBe(Math.min(agents, services.length));
        const sizes = shards.map(({ length }) => length);
        if (shards.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is a matrix of jobs', () => {
    const shards = shard(['inventory', 'orders', 'payments'], 2);
    expect(azureMatrix(shards)).toEqual({
      agent_1: { projects: 'inventory,payments' },
      agent_2: { projects: 'orders' },
    });
    expect(githubMatrix(shards)).toEqual({
      include: [
        { agent: 1, projects: 'inventory,payments' },
        { agent: 2, projects: 'orders' },
      ],
    });
    expect([azureMatrix([]), githubMatrix([])]).toEqual([{}, { include: [] }]);
  });
});
