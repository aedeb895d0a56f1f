import type { Folders } from '../storage/folders.ts';
import { envoyBootstrapArguments } from './gateway.ts';
import { componentNames, findComponent } from './registry.ts';

const folders: Folders = {
  cache: '/c',
  binaries: '/c/bin',
  images: '/i',
  tools: '/t',
  state: '/a b/state',
  logs: '/a b/state/logs',
};
const all = componentNames.flatMap((name) => findComponent(folders, name) ?? []);
const ofSystem = ['dockerd', 'registry', 'containerd', 'load-balancer'];

describe('components of the platform', () => {
  it('are registered under the names of their records', () => {
    expect(all.map(({ name }) => name)).toEqual(componentNames);
    expect(findComponent(folders, 'toString')).toBeUndefined();
  });

  it('run binaries of the cache, under their own names', () => {
    for (const { name, argv } of all) if (!ofSystem.includes(name)) expect(argv[0]).toBe(`/c/bin/${name}`);
  });

  it('take a path with blanks as one argument', () => {
    for (const { argv } of all) {
      for (const argument of argv) expect(argument).not.toMatch(/^b\//);
    }
    const apiServer = findComponent(folders, 'kube-apiserver');
    expect(apiServer?.argv).toContain('--client-ca-file=/a b/state/certificates/ca.crt');
    expect(envoyBootstrapArguments(folders)[2]).toBe('/a b/state/cluster/envoy.json');
  });

  it('listen where nothing outside the machine reaches them, each on a port of its own', () => {
    const addresses = all.flatMap(({ listens }) => listens.map(([address, port]) => `${address}:${port}`));
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const address of addresses) expect(address).toMatch(/^(127\.0\.0\.1|10\.95\.0\.1):/);
  });

  it('speak TLS with the store and with Envoy, both sides with a certificate', () => {
    const argvOf = (name: string) => findComponent(folders, name)?.argv.join(' ') ?? '';
    expect(argvOf('etcd')).not.toContain('http://');
    expect(argvOf('etcd')).toMatch(/ --client-cert-auth .* --peer-client-cert-auth .* --enable-grpc-gateway=false /);
    expect(argvOf('kube-apiserver')).toContain('--etcd-servers=https://127.0.0.1:2379');
    expect(argvOf('contour')).not.toContain('--insecure');
    expect(argvOf('contour')).toContain('--contour-cafile=');
    expect(envoyBootstrapArguments(folders).join(' ')).toContain('--envoy-cert-file=');
  });

  it('have no rights of the administrator', () => {
    for (const { name, argv, reads = [] } of all) {
      const files = [...argv, ...reads].filter((text) => /\/(state\/kubeconfig|certificates\/admin\.)/.test(text));
      expect([name, files]).toEqual([name, []]);
    }
  });

  it('stop before the containers when they remove what they made, and docker after them with a grace period', () => {
    const early = all.filter(({ stop }) => stop?.when === 'before-containers').map(({ name }) => name);
    expect(early.sort()).toEqual(
      ['contour', 'coredns', 'envoy', 'kube-proxy', 'kube-router', 'kubelet', 'load-balancer', 'registry'].sort(),
    );
    expect(findComponent(folders, 'dockerd')?.stop).toEqual({ when: 'after-containers', graceSeconds: 20 });
  });
});
