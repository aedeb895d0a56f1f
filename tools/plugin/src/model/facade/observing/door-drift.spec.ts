import { ApiPath } from '../api-path.ts';
import { ApiId, ApiRevision, ProductId } from '../identifiers.ts';
import type { CurrentApi } from '../publishing/door.ts';
import { RevisionMark } from '../revision-mark.ts';
import { describeDoorDrift, doorDrift } from './door-drift.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const recorded = { api: 'orders', revision: '20261124-2', digest, file: 'apps/orders/openapi.yaml', path: 'orders' };

/** The API as it was published. */
function published(
  changes: { revision?: string; mark?: string; path?: ApiPath; api?: string; products?: string[] } = {},
): CurrentApi {
  const { api = 'orders', revision = '20261124-2', mark = `20261124-2 1a2b3c4 ${digest}` } = changes;
  const settings = { displayName: 'Orders', description: '', serviceUrl: 'https://x.example', needsKey: true };
  return {
    ...{ api: ApiId.parse(api)!, revision: ApiRevision.parse(revision)!, mark: RevisionMark.parse(mark) },
    settings: { ...settings, path: changes.path ?? ApiPath.parse('orders')! },
    ...(changes.products ? { products: changes.products.map((id) => ProductId.parse(id)!) } : {}),
  };
}

const linesOf = (current: readonly CurrentApi[]) => doorDrift([recorded], current).map(describeDoorDrift);

it('finds none where the door has what was published, whatever else it has', () => {
  expect(linesOf([published({ api: 'payments', revision: '1', mark: '' }), published()])).toEqual([]);
});

it.each<[string, readonly CurrentApi[], readonly string[]]>([
  ['an API that is gone', [published({ api: 'orders-v2' })], ['API orders is gone']],
  [
    'another revision',
    [published({ revision: '20261124-1', mark: `20261124-1 1a2b3c4 ${digest}` })],
    ['API orders: clients get revision 20261124-1; deployed was 20261124-2'],
  ],
  [
    'a revision that was made anew',
    [published({ mark: `20261124-2 1a2b3c4 sha256:${'b'.repeat(64)}` })],
    ['API orders: revision 20261124-2 is not as it was published'],
  ],
  [
    'a revision that was never finished',
    [published({ mark: '20261124-2 1a2b3c4 unfinished' })],
    ['API orders: revision 20261124-2 is not as it was published'],
  ],
  [
    'a description by hand',
    [published({ mark: 'mine' })],
    ['API orders: revision 20261124-2 is not as it was published'],
  ],
  [
    'an API that nobody opened',
    [published({ path: ApiPath.staged(ApiId.parse('orders')!) })],
    ['API orders: clients find it at /staged-api/orders; deployed was /orders'],
  ],
])('tells %s', (_, current, lines) => {
  expect(linesOf(current)).toEqual(lines);
});

it.each<[string, readonly string[] | undefined, string[] | undefined, readonly string[]]>([
  ['none where the same products have it', ['partners', 'internal'], ['Internal', 'partners'], []],
  ['none where the release named no products', undefined, ['partners'], []],
  ['none where they were not asked', ['partners'], undefined, []],
  [
    'those that were added and removed',
    ['partners'],
    ['internal', 'all'],
    ['API orders: product all was added, product internal was added, product partners was removed'],
  ],
  ['one that was added to none', [], ['all'], ['API orders: product all was added']],
])('tells of products: %s', (_, wanted, products, lines) => {
  const drift = doorDrift(
    [{ ...recorded, ...(wanted ? { products: wanted } : {}) }],
    [published(products ? { products } : {})],
  );
  expect(drift.map(describeDoorDrift)).toEqual(lines);
});
