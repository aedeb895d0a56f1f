import { chosenAddresses, chosenAddressesOrDefaults } from './chosen-addresses.ts';

const usual = { name: 'poc-local', registryPort: 5000, gatewayPort: 8088 };

describe('chosenAddresses', () => {
  it.each([
    [{}, usual],
    [{ POC_PLATFORM_NAME: '', POC_REGISTRY_PORT: '', POC_GATEWAY_PORT: '' }, usual],
    [{ POC_REGISTRY_PORT: '5001' }, { ...usual, registryPort: 5001 }],
    [
      { POC_PLATFORM_NAME: 'poc-second', POC_REGISTRY_PORT: '5055', POC_GATEWAY_PORT: '65535' },
      { name: 'poc-second', registryPort: 5055, gatewayPort: 65535 },
    ],
  ])('reads %j', (variables, addresses) => {
    expect(chosenAddresses(variables)).toEqual(addresses);
  });

  it.each([
    [{ POC_REGISTRY_PORT: '0' }, /POC_REGISTRY_PORT is `0`, which is not a port/],
    [{ POC_REGISTRY_PORT: '65536' }, /not a port/],
    [{ POC_GATEWAY_PORT: '8088 ' }, /POC_GATEWAY_PORT/],
    [{ POC_GATEWAY_PORT: '80e2' }, /not a port/],
    [{ POC_PLATFORM_NAME: '../up' }, /POC_PLATFORM_NAME/],
    [{ POC_PLATFORM_NAME: 'Mine' }, /lower-case/],
    // Would be the folder of the platform that has no name of its own.
    [{ POC_PLATFORM_NAME: 'local-platform' }, /POC_PLATFORM_NAME/],
  ])('refuses %j', (variables, message) => {
    expect(() => chosenAddresses(variables)).toThrow(message);
    expect(chosenAddressesOrDefaults(variables)).toEqual(usual);
  });
});
