import fc from 'fast-check';
import { mayLeadTo, reachOfAddress, reachOfHost, type AddressReach } from './address-reach.ts';

const reaches: AddressReach[] = ['loopback', 'link-local', 'private', 'public'];

describe('reachOfAddress', () => {
  it.each<[AddressReach, string[]]>([
    ['loopback', ['127.0.0.1', '127.255.255.254', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1', '::ffff:0.0.0.0']],
    ['link-local', ['169.254.169.254', '168.63.129.16', '100.100.100.200', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254']],
    ['link-local', ['::ffff:169.254.169.254']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fc00::1', 'fdff::1']],
    ['private', ['224.0.0.1', '255.255.255.255', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '::ffff:10.1.2.3']],
    ['public', ['8.8.8.8', '172.32.0.1', '11.0.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8']],
  ])('%s: %j', (reach, addresses) => {
    for (const address of addresses) expect([address, reachOfAddress(address)]).toEqual([address, reach]);
  });

  it('takes IPv4 in IPv6 for what it is in IPv4', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(reachOfAddress(`::ffff:${address}`)).toBe(reachOfAddress(address));
      }),
    );
  });
});

describe('reachOfHost', () => {
  it('sees through every way in which a URL writes an address', () => {
    const ways = ['127.1', '2130706433', '0x7f.0.0.1', '0177.0.0.1', '[::ffff:7f00:1]', '[::1]', '0', 'LOCALHOST'];
    for (const way of [...ways, 'localhost.', 'a.localhost', '127.0.0.1.'])
      expect([way, reachOfHost(new URL(`https://${way}/`).hostname)]).toEqual([way, 'loopback']);
  });

  it.each(['acr.example', '127.0.0.1.example', 'localhost.example'])('leaves %s to be looked up', (host) =>
    expect(reachOfHost(host)).toBeUndefined(),
  );

  it('never throws', () => {
    fc.assert(fc.property(fc.webUrl(), (url) => void reachOfHost(new URL(url).hostname)));
  });
});

describe('mayLeadTo', () => {
  it('leads outwards, and to where one is', () => {
    const allowed = reaches.flatMap((from) => reaches.filter((to) => mayLeadTo(from, to)).map((to) => `${from} ${to}`));
    expect(allowed).toEqual([
      ...['loopback loopback', 'loopback private', 'loopback public'],
      ...['link-local link-local', 'link-local private', 'link-local public'],
      ...['private private', 'private public', 'public public'],
    ]);
  });
});
