import type { LookupAddress } from 'node:dns';
import { promisify } from 'node:util';
import { Surroundings, type LookUpAll } from './surroundings.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'public.example': ['93.184.216.34'],
  'private.example': ['10.0.0.5'],
  'cdn.example': ['93.184.216.35', '2606:4700::1111'],
  'inside.example': ['10.0.0.6'],
  'rebound.example': ['93.184.216.36', '127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
};
const lookUp: LookUpAll = (name, _, callback) => {
  const addresses = (names[name] ?? []).map((address): LookupAddress => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }));
  if (addresses.length === 0) callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
  else callback(null, addresses);
};

/** Returns where a connection to an address would be made to, or why it is not. */
async function addressOf(registry: string, address: string): Promise<unknown> {
  const url = new URL(address);
  try {
    const look = await new Surroundings(registry, lookUp).lookupFor(url);
    return look
      ? await promisify(look as unknown as (name: string, options: object, then: () => void) => void)(url.hostname, {})
      : 'as usual';
  } catch (error) {
    return (error as { readonly kind?: string }).kind ?? (error as NodeJS.ErrnoException).code;
  }
}

describe('Surroundings', () => {
  it.each([
    ['public.example', 'https://public.example/v2/', 'as usual'],
    ['public.example', 'https://cdn.example/', '93.184.216.35'],
    ['public.example', 'https://inside.example/', 'private'],
    ['public.example', 'https://rebound.example/', 'loopback'],
    ['public.example', 'https://metadata.example/', 'link-local'],
    ['public.example', 'https://10.0.0.5/', 'private'],
    ['public.example', 'https://[::ffff:127.0.0.1]/', 'loopback'],
    ['public.example', 'https://public.example:8443/', '93.184.216.34'],
    ['public.example', 'https://nowhere.example/', 'ENOTFOUND'],
    ['private.example', 'https://inside.example/', '10.0.0.6'],
    ['private.example', 'https://cdn.example/', '93.184.216.35'],
    ['private.example', 'https://rebound.example/', 'loopback'],
    ['private.example', 'https://metadata.example/', 'link-local'],
    ['10.0.0.5:5000', 'https://10.0.0.6/', 'as usual'],
    ['rebound.example', 'https://localhost/', 'loopback'],
    ['nowhere.example', 'https://inside.example/', 'private'],
    ['docker.io', 'https://registry-1.docker.io/v2/', 'as usual'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5001/', 'as usual'],
    ['127.0.0.1:5000', 'https://169.254.169.254/', 'link-local'],
    ['public.example', 'http://127.0.0.1:5001/', 'unencrypted'],
    ['public.example', 'http://public.example/', 'unencrypted'],
    ['private.example', 'http://localhost/', 'unencrypted'],
    ['127.0.0.1:5000', 'http://cdn.example/', 'unencrypted'],
    ['public.example', 'file:///etc/passwd', 'unencrypted'],
  ])('of %s, to %s: %s', async (registry, address, expected) => {
    expect(await addressOf(registry, address)).toBe(expected);
  });
});
