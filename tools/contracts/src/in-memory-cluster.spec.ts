import { Platform } from '../../plugin/src/model/build/platform.ts';
import { clusterContract } from './cluster-contract.ts';
import { InMemoryCluster } from '../../twins/src/cluster/in-memory-cluster.ts';

describe('InMemoryCluster', () => {
  clusterContract(async () => {
    const cluster = new InMemoryCluster();
    const labels = { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64' };
    const node = { platform: Platform.parse('linux/arm64')!, labels, taints: [], isCordoned: false };
    cluster.ownNodes = [node];
    const absent = new InMemoryCluster();
    absent.unreachable = 'It does not answer.';
    return {
      cluster,
      absent,
      namespace: cluster.namespace,
      account: 'deployer',
      another: async () => cluster.another(),
      image: `registry.example/orders:20261124-1@sha256:${'a'.repeat(64)}`,
      command: ['sleep', '60'],
      put: async (object) => cluster.put(object),
      edit: async (kind, name, manager, path, value) => cluster.edit(kind, name, manager, path, value),
      scale: async (name, manager, replicas) => cluster.scale(name, manager, replicas),
      setStatus: async (kind, name, status) => cluster.setStatus(kind, name, status),
      remove: async (kind, name) => cluster.remove(kind, name),
      read: async (kind, name) => cluster.read(kind, name),
      breakImage: async (workload) =>
        cluster.script(workload, { state: 'failed', reason: `Pod ${workload}-1 finds no image.`, evidence: [] }),
      jobCommand: (job, script) => {
        cluster.scriptJob(job, script);
        return ['run', job];
      },
      killHolder: async (service) => cluster.killHolder(service),
    };
  });

  it('plays rollouts by their script, and refuses unknown fields', async () => {
    const cluster = new InMemoryCluster();
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'orders' }, spec: {} };
    cluster.script('orders', 'never', async () => ({ state: 'ready' }));
    await cluster.apply(await cluster.plan('orders', [object]));
    const lines: string[] = [];
    const options = { timeoutMs: 20, onProgress: (line: string) => void lines.push(line) };
    expect((await cluster.waitUntilReady([object], options)).state).toBe('timed-out');
    expect((await cluster.waitUntilReady([object], options)).state).toBe('ready');
    expect(lines).toEqual(['Deployment orders: 1 of 1 pods ready']);
    cluster.unknownFields.set('Deployment orders', 'spec.replcias');
    await expect(cluster.plan('orders', [object])).rejects.toMatchObject({ facts: { type: 'unknown-field' } });
    expect(cluster.calls).toEqual(['plan', 'apply', 'waitUntilReady', 'waitUntilReady', 'plan']);
  });

  it('throws what a test wants it to throw', async () => {
    const cluster = new InMemoryCluster();
    cluster.before = (call) => {
      if (call === 'records') throw new Error('killed');
    };
    await cluster.check();
    await expect(cluster.records('orders')).rejects.toThrow('killed');
  });
});
