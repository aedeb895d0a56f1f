import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { mayLeadTo, reachOfAddress, reachOfHost, type AddressReach } from '../../model/image/address-reach.ts';
import { isLoopbackRegistry, registryOrigins } from '../../model/image/registry-host.ts';
import { proxyOf } from '../proxy/proxy.ts';

/** An address that a registry must not lead to. */
export class AddressRefused extends Error {
  /** Why not: nothing secret is sent to one without encryption, and nobody sends us into networks that they are not in. */
  readonly kind: 'unencrypted' | Exclude<AddressReach, 'public'>;

  /** @param where its origin. */
  constructor(where: string, kind: AddressRefused['kind']) {
    super(where);
    this.kind = kind;
  }
}

/** Finds all addresses of a name, as `dns.lookup` does. */
export type LookUpAll = (
  name: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The networks that a registry is in, and thereby those that it may lead to, as a token service or by a redirect: what asks
 * in its name could otherwise be sent to a cloud's metadata, to other users of this machine, or behind a firewall.
 */
export class Surroundings {
  private readonly registry: string;
  private readonly lookUp: LookUpAll;
  private known: Promise<AddressReach> | undefined;

  constructor(registry: string, lookUp: LookUpAll = lookup) {
    this.registry = registry;
    this.lookUp = lookUp;
  }

  /**
   * Returns how the host of an address is looked up; undefined for the usual way.
   * @throws {AddressRefused} as the function that is returned does for a name.
   */
  async lookupFor(url: URL): Promise<LookupFunction | undefined> {
    if (registryOrigins(this.registry).includes(url.origin)) return undefined;
    const isPlain = url.protocol === 'http:' && isLoopbackRegistry(url.host) && isLoopbackRegistry(this.registry);
    if (url.protocol !== 'https:' && !isPlain) throw new AddressRefused(originOf(url), 'unencrypted');
    const from = await this.reach();
    const reach = reachOfHost(url.hostname);
    if (reach !== undefined) {
      refuseUnlessWithin(from, reach, url);
      return undefined;
    }
    // A proxy looks up names itself.
    return throughProxy(url.href) ? undefined : this.lookupWithin(from, url);
  }

  /** From where the registry itself is reached; where that is not known it is taken for a public one. */
  private reach(): Promise<AddressReach> {
    return (this.known ??= this.findReach());
  }

  private async findReach(): Promise<AddressReach> {
    const { hostname, href } = new URL(registryOrigins(this.registry)[0]!);
    const told = reachOfHost(hostname);
    if (told !== undefined) return told;
    if (throughProxy(href)) return 'public';
    const found = await new Promise<LookupAddress[]>((resolve) =>
      this.lookUp(hostname, { all: true }, (error, addresses) => resolve(error ? [] : addresses)),
    );
    const reaches = new Set(found.map(({ address }) => reachOfAddress(address)));
    const [only = 'public'] = reaches;
    return reaches.size === 1 ? only : 'public';
  }

  /** Looks a name up as Node does, and refuses what must not be connected to: the connection itself asks. */
  private lookupWithin(from: AddressReach, url: URL): LookupFunction {
    return (hostname, options, callback) =>
      this.lookUp(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '', 0);
        try {
          for (const { address } of addresses) refuseUnlessWithin(from, reachOfAddress(address), url);
        } catch (refused) {
          return callback(refused as Error, '', 0);
        }
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family ?? 4);
      });
  }
}

function refuseUnlessWithin(from: AddressReach, to: AddressReach, url: URL): void {
  if (to !== 'public' && !mayLeadTo(from, to)) throw new AddressRefused(originOf(url), to);
}

function throughProxy(address: string): boolean {
  return proxyOf(address, { doing: `reach ${address}` }) !== undefined;
}

/** An origin; of what has none, its beginning. */
function originOf({ origin, protocol, host }: URL): string {
  return origin === 'null' ? `${protocol}//${host}` : origin;
}
