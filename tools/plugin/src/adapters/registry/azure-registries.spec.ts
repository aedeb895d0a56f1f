import { isAzureRegistry } from './azure-registries.ts';

describe('isAzureRegistry', () => {
  it.each(['shop.azurecr.io', 'shop-a1b2.azurecr.io', 'shop.azurecr.cn', 'shop.azurecr.us'])('%s', (host) =>
    expect(isAzureRegistry(host)).toBe(true),
  );
  it.each([
    'azurecr.io',
    'shop.azurecr.io.evil.example',
    'shop.azurecr.de',
    'evil.example/shop.azurecr.io',
    'shop.azurecr.io:5000',
    'a.b.azurecr.io',
    '127.0.0.1:5000',
  ])('not %s', (host) => expect(isAzureRegistry(host)).toBe(false));
});
