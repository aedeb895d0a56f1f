import type { Folders } from '../folders.ts';
import {
  apiServer,
  contour,
  controlLoops,
  coredns,
  envoy,
  envoyBootstrapArguments,
  etcd,
  loadBalancer,
  networkPolicies,
} from './components.ts';

const folders: Folders = {
  cache: '/c',
  binaries: '/c/bin',
  images: '/i',
  tools: '/t',
  state: '/a b/state',
  logs: '/a b/state/logs',
};
const all = [
  etcd(folders),
  apiServer(folders),
  ...controlLoops(folders),
  coredns(folders),
  networkPolicies(folders),
  contour(folders),
  envoy(folders),
];

describe('components of the cluster', () => {
  it('are processes of their own names, from the cache', () => {
    const names = [...all, loadBalancer()].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { argv } of all) expect(argv[0]).toMatch(/^\/c\/bin\//);
  });

  it('take a path with blanks as one argument', () => {
    for (const { argv } of all) {
      for (const argument of argv) expect(argument).not.toMatch(/^b\//);
    }
    expect(apiServer(folders).argv).toContain('--client-ca-file=/a b/state/certificates/ca.crt');
    expect(envoyBootstrapArguments(folders)[2]).toBe('/a b/state/cluster/envoy.json');
  });

  it('listen where nothing outside the machine reaches them, each on a port of its own', () => {
    const addresses = [...all, loadBalancer()].flatMap(({ listens }) =>
      listens.map(([address, port]) => `${address}:${port}`),
    );
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const address of addresses) expect(address).toMatch(/^(127\.0\.0\.1|10\.95\.0\.1):/);
  });
});
