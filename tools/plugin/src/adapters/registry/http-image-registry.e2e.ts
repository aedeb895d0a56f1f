import { imageRegistryContract } from '../../../../contracts/src/image-registry-contract.ts';
import { RegistryWriter } from '../../../../simulators/src/registries/registry-writer.ts';
import { HttpImageRegistry } from './http-image-registry.ts';

/** A registry on this machine, in plain http, that may be written to. */
const host = '127.0.0.1:5000';

describe('HttpImageRegistry against a real registry', () => {
  const writer = new RegistryWriter({ origin: `http://${host}` });
  imageRegistryContract(async () => ({
    registry: new HttpImageRegistry(),
    host,
    unreachableHost: '127.0.0.1:5999',
    put: (image, labels, platform) => writer.put(image, labels, platform),
    putIndex: (image, images) => writer.putIndex(image, images),
  }));
});
