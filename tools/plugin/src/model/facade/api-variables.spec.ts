import fc from 'fast-check';
import { Refusal } from '../errors/product-error.ts';
import { readApiVariables } from './api-variables.ts';

const file = 'apps/orders/pipeline.variables.yml';
const orders = `# Names.
variables:
  serviceName: orders
  apiId: orders
  apiName: Orders
  apiSuffix: shop/orders
`;

function refusalOf(text: string): string {
  try {
    readApiVariables(file, text);
  } catch (error) {
    if (error instanceof Refusal) return error.explain();
    throw error;
  }
  throw new Error('not refused');
}

describe('readApiVariables', () => {
  it('reads them, leaving products alone and demanding a key where nothing is said', () => {
    const { id, name, path, products, needsKey } = readApiVariables(file, orders);
    expect([String(id), name, String(path), products, needsKey]).toEqual([
      'orders',
      'Orders',
      'shop/orders',
      undefined,
      true,
    ]);
  });

  it.each([
    ['partners, internal,Partners', ['partners', 'internal']],
    ["''", []],
  ])('reads the products %s', (text, expected) => {
    const { products, needsKey } = readApiVariables(file, `${orders}  apiProducts: ${text}\n  apiSubscription: none\n`);
    expect(products!.map(String)).toEqual(expected);
    expect(needsKey).toBe(false);
  });

  it('keeps texts as they were written', () => {
    expect(readApiVariables(file, orders.replace('Orders', '1.10')).name).toBe('1.10');
    expect(readApiVariables(file, orders.replace('Orders', "'No'")).name).toBe('No');
  });

  it.each([
    ['what is no YAML', `${orders}  : [`, `${file}:7: this is not YAML`],
    ['no variables', 'a: b', `${file}:1: "variables" must be a map of names and texts.`],
    ['a list of them', 'variables: [{ name: apiId, value: orders }]', '"variables" must be a map'],
    ['a text', 'x', '"variables" must be a map'],
    ['nothing', '', '"variables" must be a map'],
    ['a missing one', orders.replace('  apiId: orders\n', ''), 'the variable apiId is missing.'],
    [
      'a misspelt one',
      `${orders}  apiProduct: x\n`,
      `${file}:7: there is no variable "apiProduct". Did you mean "apiProducts"?`,
    ],
    ['a list', `${orders}  apiProducts: [a]\n`, `${file}:7: apiProducts must be a text.`],
    ['no value', `${orders}  apiProducts:\n`, `${file}:7: apiProducts must be a text.`],
    [
      'an id with a dot',
      orders.replace('apiId: orders', 'apiId: orders.v2'),
      `${file}:4: apiId is "orders.v2"; it must be letters, digits and hyphens`,
    ],
    ['a macro', orders.replace('apiId: orders', 'apiId: $(id)'), `${file}:4: apiId is "$(id)"`],
    ['a long name', orders.replace('Orders', 'x'.repeat(301)), 'it must be a text of 1 to 300 characters'],
    ['an empty name', orders.replace('Orders', "''"), 'it must be a text of 1 to 300 characters'],
    [
      'a path with a slash before it',
      orders.replace('shop/', '/shop/'),
      'apiSuffix is "/shop/orders"; it must be a path',
    ],
    ['a product that is none', `${orders}  apiProducts: a, b.c\n`, `${file}:7: apiProducts has "b.c"`],
    ['a product without a name', `${orders}  apiProducts: a,,b\n`, 'apiProducts has ""'],
    [
      'another subscription',
      `${orders}  apiSubscription: optional\n`,
      `${file}:7: apiSubscription must be one of required, none.`,
    ],
    ['twice the same', `${orders}  apiId: orders\n`, `${file}:7: this is not YAML: Map keys must be unique`],
  ])('refuses %s', (_, text, expected) => {
    expect(refusalOf(text)).toContain(expected);
  });

  it('reads or refuses whatever stands in a file', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string().map((text) => orders + text),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          readApiVariables(file, text);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
    );
  });
});
