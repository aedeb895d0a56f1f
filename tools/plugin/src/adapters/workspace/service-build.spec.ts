import { homedir } from 'node:os';
import type { ProjectGraph } from '@nx/devkit';
import { InMemorySourceRepository } from '../../../../twins/src/in-memory-source-repository.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { contentFilter, contentHash } from './content.ts';
import { serviceIn } from './service.ts';
import { locatedBuild, serviceBuild } from './service-build.ts';

type Options = Readonly<Record<string, unknown>>;

function orders(options: Options, production: readonly string[] = ['{projectRoot}/**/*']) {
  const data = { root: 'apps/orders', targets: { 'docker-release': { options } } };
  const graph: ProjectGraph = {
    nodes: { orders: { name: 'orders', type: 'app', data } },
    dependencies: { orders: [] },
  };
  return serviceIn(graph, { namedInputs: { production: [...production] } }, 'orders');
}

describe('of a service', () => {
  it('has its own folder as the context, and all else as it is declared', () => {
    expect(serviceBuild(orders({})).context).toBe('apps/orders');
    expect(serviceBuild(orders({ build: { context: '.', target: 'x' } }))).toMatchObject({ context: '.', target: 'x' });
  });

  it('has absolute places', () => {
    const build = {
      secrets: { a: { env: 'A' }, home: { file: '~/.npmrc' }, here: { file: 'x/rc' }, abs: { file: '/etc/rc' } },
      contexts: { libs: 'libs', base: 'docker-image://node:24' },
      cache: { folder: '.cache' },
    };
    expect(locatedBuild(orders({ build }), '/w')).toMatchObject({
      context: '/w/apps/orders',
      secrets: {
        a: { env: 'A' },
        home: { file: `${homedir()}/.npmrc` },
        here: { file: '/w/x/rc' },
        abs: { file: '/etc/rc' },
      },
      contexts: { libs: '/w/libs', base: 'docker-image://node:24' },
      cache: { folder: '/w/.cache' },
    });
  });

  it('refuses the option of former versions, saying where it is written now', () => {
    const error = (() => {
      try {
        return serviceBuild(orders({ context: '.' }));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).explain()).toContain('"options": {"build": {"context": "."}}');
  });
});

describe('in the content', () => {
  const project = (build: Options, more: Options = {}) =>
    JSON.stringify({ name: 'orders', ...more, targets: { 'docker-release': { options: { build } } } });
  const hash = (file: string, production?: readonly string[], path = 'apps/orders/project.json') =>
    contentHash(
      orders({ build: {} }, production),
      new InMemorySourceRepository({ 'apps/orders/main.ts': 'x', [path]: file }),
      'working-tree',
    );
  const withoutProject = ['{projectRoot}/**/*', '!{projectRoot}/project.json', '!{projectRoot}/package.json'];

  it.each([
    ['that takes project.json in', undefined],
    ['that leaves project.json out', withoutProject],
  ])(
    'counts by a named input %s: what is declared, not its order, nor where layers are kept',
    async (_, production) => {
      const was = await hash(project({ args: { A: '1', B: '2' }, target: 'x' }), production);
      expect(await hash(project({ target: 'x', args: { B: '2', A: '1' } }), production)).toBe(was);
      const cache = { folder: '/c' };
      expect(await hash(project({ cache, target: 'x', args: { B: '2', A: '1' } }), production)).toBe(was);
      for (const other of [{ target: 'x', args: { A: '1' } }, { args: { A: '1', B: '2' } }, {}])
        expect(await hash(project(other), production)).not.toBe(was);
      const renamed = await hash(project({ args: { A: '1', B: '2' }, target: 'x' }, { tags: ['a'] }), production);
      expect(renamed === was).toBe(production !== undefined);
    },
  );

  it('counts in package.json, too', async () => {
    const path = 'apps/orders/package.json';
    const inPackage = (target: string) => JSON.stringify({ nx: JSON.parse(project({ target })) as object });
    expect(await hash(inPackage('x'), withoutProject, path)).not.toBe(await hash(inPackage('y'), withoutProject, path));
  });

  it('is the file as it is where it has no block, or is no JSON', async () => {
    expect(await hash('{ "a": 1 }')).not.toBe(await hash('{ "a":1 }'));
    expect(await hash('{ "a": 1 }', withoutProject)).toBe(await hash('{ "a":2 }', withoutProject));
    expect(await hash('no', undefined)).not.toBe(await hash('json', undefined));
  });

  it('is the same in a commit, and makes an uncommitted change of it one of the service', async () => {
    const repository = new InMemorySourceRepository({ 'apps/orders/project.json': project({ target: 'x' }) });
    const service = orders({ build: { target: 'x' } }, withoutProject);
    const commit = await repository.headCommit();
    expect(await contentHash(service, repository, { commit })).toBe(
      await contentHash(service, repository, 'working-tree'),
    );
    expect(contentFilter(service)('apps/orders/project.json')).toBe(true);
    expect(contentFilter(orders({}, withoutProject))('apps/orders/project.json')).toBe(false);
  });

  it('counts in targetDefaults of nx.json', async () => {
    const hashOf = (build: Options) => {
      const defaults = JSON.stringify({ targetDefaults: { 'docker-release': { options: { build } } } });
      const files = { 'apps/orders/main.ts': 'x', 'nx.json': defaults };
      return contentHash(orders({ build }), new InMemorySourceRepository(files), 'working-tree');
    };
    const was = await hashOf({ args: { A: '1', B: '2' } });
    expect(await hashOf({ args: { B: '2', A: '1' }, cache: { folder: 'c' } })).toBe(was);
    expect(await hashOf({ args: { B: '2', A: '3' } })).not.toBe(was);
  });
});
