import type { ProductError } from '../../model/errors/product-error.ts';
import type { HiddenDifference } from '../../ports/repository/source-files.ts';
import { InMemorySourceRepository } from '../../../../twins/src/in-memory-source-repository.ts';
import { refuseHiddenDifferences } from './hidden-differences.ts';
import { serviceIn } from './service.ts';

const namedInputs = { production: ['{projectRoot}/**/*', '!{projectRoot}/**/*.spec.ts'] };
const node = (name: string, root: string) => ({ name, type: 'app' as const, data: { root } });
const service = serviceIn(
  {
    nodes: { orders: node('orders', 'apps/orders'), money: node('money', 'libs/money') },
    dependencies: { orders: [{ source: 'orders', target: 'money', type: 'static' }] },
  },
  { namedInputs },
  'orders',
);

async function said(hidden: readonly HiddenDifference[]): Promise<string | undefined> {
  const repository = new InMemorySourceRepository({ 'apps/orders/.dockerignore': '*.spec.ts\n' });
  repository.hidden = hidden;
  return refuseHiddenDifferences(service, repository).then(
    () => undefined,
    (error: ProductError) => error.explain(),
  );
}

it.each<[HiddenDifference['kind'], string, RegExp]>([
  ['lfs-pointer', 'apps/orders/model.bin', /pointer of Git LFS[^]*git lfs pull/],
  ['encrypted', 'libs/money/key.ts', /locked by git-crypt[^]*git-crypt unlock/],
  ['not-checked-out', 'libs/money/data/x.json', /sparse checkout[^]*sparse-checkout add libs\/money\/data/],
  [
    'unwatched-change',
    'apps/orders/main.ts',
    /set not to look[^]*--no-skip-worktree --no-assume-unchanged apps\/orders\/main\.ts/,
  ],
  ['submodule-missing', 'apps/orders/vendored', /not checked out[^]*git submodule update --init --recursive/],
  ['submodule-change', 'apps/orders/vendored', /another commit[^]*git submodule update/],
])('refuses %s, and says what mends it', async (kind, path, text) => {
  const refused = await said([{ path, kind }]);
  expect(refused).toMatch(text);
  expect(refused).toContain(path);
});

it('names each of several, and each remedy once', async () => {
  const refused = await said([
    { path: 'apps/orders/b.bin', kind: 'lfs-pointer' },
    { path: 'apps/orders/a.bin', kind: 'lfs-pointer' },
    { path: 'apps/orders/vendored', kind: 'submodule-missing' },
  ]);
  expect(refused).toMatch(/3 paths[^]*a\.bin is a pointer[^]*b\.bin is a pointer[^]*vendored is a submodule/);
  expect(refused!.match(/git lfs pull/g)).toHaveLength(1);
});

it('lets pass what is no part of the service', async () => {
  expect(await said([])).toBeUndefined();
  expect(await said([{ path: 'apps/orders/main.spec.ts', kind: 'lfs-pointer' }])).toBeUndefined();
});
