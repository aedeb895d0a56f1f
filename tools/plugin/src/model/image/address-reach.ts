import { BlockList, isIP } from 'node:net';

/** From where an address is reached: this machine alone, what it stands on (a cloud's metadata), a private network, all the world. */
export type AddressReach = 'loopback' | 'link-local' | 'private' | 'public';

/** Networks that are not public (IANA's special-purpose registries), and addresses at which clouds hand secrets to their machines. */
const networks: Readonly<Record<Exclude<AddressReach, 'public'>, readonly string[]>> = {
  // To connect to the unspecified address is to connect to this machine.
  loopback: ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128'],
  // Beside the link's own: Azure's, Alibaba's and Oracle's, AWS's over IPv6.
  'link-local': [
    '169.254.0.0/16',
    '168.63.129.16/32',
    '100.100.100.200/32',
    '192.0.0.192/32',
    'fe80::/10',
    'fd00:ec2::/32',
  ],
  private: [
    ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15'],
    ...['224.0.0.0/4', '240.0.0.0/4', 'fc00::/7', 'fec0::/10', 'ff00::/8'],
    // IPv4 inside IPv6, of translators and tunnels: what is behind them need not be public.
    ...['64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
  ],
};

const lists = Object.entries(networks).map(([reach, subnets]) => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', bits = ''] = subnet.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return { reach: reach as AddressReach, list };
});

/** Returns from where an IP address is reached. @param address also one of IPv4 in IPv6 (`::ffff:127.0.0.1`). */
export function reachOfAddress(address: string): AddressReach {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  return lists.find(({ list }) => list.check(plain, family))?.reach ?? 'public';
}

/**
 * Returns from where a URL's host is reached, as far as its text says so.
 * @param host as `URL.hostname` has it. @returns undefined for a name, whose addresses have to be looked up.
 */
export function reachOfHost(host: string): AddressReach | undefined {
  const plain = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (plain === 'localhost' || plain.endsWith('.localhost')) return 'loopback';
  return isIP(plain) === 0 ? undefined : reachOfAddress(plain);
}

/** Reports whether somebody may send us on: to where they are themselves, and outwards. @param from where they are. */
export function mayLeadTo(from: AddressReach, to: AddressReach): boolean {
  if (to === 'public' || to === from) return true;
  return to === 'private' && from !== 'public';
}
