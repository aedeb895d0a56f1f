import type { ProductError } from '../../model/errors/product-error.ts';
import { InMemorySourceRepository } from '../../../../twins/src/in-memory-source-repository.ts';
import { findIgnoredInputs, refuseIgnoredInputs } from './ignored-inputs.ts';
import { serviceIn } from './service.ts';

const namedInputs = { production: ['{projectRoot}/**/*', '!{projectRoot}/**/*.md', '!{projectRoot}/**/*.spec.ts'] };
const node = (name: string, root: string, outputs: string[] = []) => ({
  name,
  type: 'app' as const,
  data: { root, targets: { build: { outputs } } },
});
const service = serviceIn(
  {
    nodes: {
      orders: node('orders', 'apps/orders', [
        '{projectRoot}/dist',
        '{projectRoot}/reports/*.xml',
        '{projectRoot}/src/made/a.ts',
      ]),
      money: node('money', 'libs/money'),
    },
    dependencies: { orders: [{ source: 'orders', target: 'money', type: 'static' }] },
  },
  { namedInputs },
  'orders',
);

const among = (name: string) => `lies among the sources of ${name}`;
const reaches = "reaches the image's build context";

describe('ignored inputs', () => {
  it.each([
    ['apps/orders/src/settings.local.ts', among('orders')],
    ['apps/orders/src/generated/', among('orders')],
    ['libs/money/src/rates.json', among('money')],
    ['apps/orders/.env', reaches],
    ['apps/orders/certificates/', reaches],
    ['apps/orders/src/notes.md', undefined],
    ['apps/orders/logs/', undefined],
    ['apps/orders/secret.key', undefined],
    ['apps/orders/keep.key', reaches],
    ['libs/money/.env', undefined],
    ['apps/orders/dist/', undefined],
    ['apps/orders/dist/main.js', undefined],
    ['apps/orders/reports/a.xml', undefined],
    ['apps/orders/src/made/', undefined],
    ['apps/orders/node_modules/', undefined],
    ['libs/money/src/__pycache__/', undefined],
    ['apps/orders/src/a.pyc', undefined],
  ])('%s: %s', async (path, why) => {
    const repository = new InMemorySourceRepository({
      'apps/orders/.dockerignore': '# no\nlogs\n*.key\n!keep.key\nsrc/notes.md\n',
    });
    repository.writeIgnored(path);
    expect(await findIgnoredInputs(service, repository)).toEqual(why === undefined ? [] : [{ path, why }]);
  });

  it('are refused with what to do', async () => {
    const repository = new InMemorySourceRepository();
    await expect(refuseIgnoredInputs(service, repository)).resolves.toBeUndefined();
    repository.writeIgnored('apps/orders/.env');
    const explained = () => refuseIgnoredInputs(service, repository).catch((error: ProductError) => error.explain());
    expect(await explained()).toMatch(
      /Git ignores apps\/orders\/\.env, which reaches [^]*apps\/orders\/\.dockerignore/,
    );
    repository.writeIgnored('libs/money/src/rates.json');
    expect(await explained()).toMatch(/Git ignores 2 paths[^]*\n {2}libs\/money\/src\/rates\.json lies among/);
  });
});
