import { Refusal } from '../../errors/product-error.ts';
import { ManifestSource } from '../source/manifest-source.ts';
import { withoutHooks } from './helm-hooks.ts';

const object = (kind: string, name: string, annotations?: Record<string, string>) => ({
  object: {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'v1',
    kind,
    metadata: { name, ...(annotations ? { annotations } : {}) },
  },
  source: new ManifestSource('chart/a.yaml'),
});
const hook = (hooks: string, weight?: string) => ({
  'helm.sh/hook': hooks,
  'helm.sh/hook-delete-policy': 'before-hook-creation',
  ...(weight === undefined ? {} : { 'helm.sh/hook-weight': weight }),
});
const namesOf = (manifests: readonly { object: { metadata: { name: string } } }[]) =>
  manifests.map(({ object: { metadata } }) => metadata.name);

describe('withoutHooks', () => {
  it('runs Jobs before the rollout, by weight and name, and takes off what Helm reads', () => {
    const { objects, jobs } = withoutHooks([
      object('Job', 'b', hook('pre-upgrade')),
      object('Job', 'z', hook('pre-install, pre-upgrade', '-5')),
      object('Job', 'a', { ...hook('pre-upgrade', '0'), mine: 'stays' }),
      object('Service', 'web'),
    ]);
    expect(namesOf(jobs)).toEqual(['z', 'a', 'b']);
    expect(jobs[1]!.object.metadata.annotations).toEqual({ mine: 'stays' });
    expect(namesOf(objects)).toEqual(['web']);
  });

  it('makes what Jobs need a part of the service, and leaves tests and hooks of deleting out', () => {
    const { objects, jobs } = withoutHooks([
      object('ServiceAccount', 'migrator', hook('pre-install,pre-upgrade')),
      object('ConfigMap', 'seed', hook('pre-install')),
      object('Pod', 'test', hook('test')),
      object('Pod', 'old-test', hook('test-success')),
      object('Job', 'cleanup', hook('pre-delete,post-delete')),
    ]);
    expect(namesOf(objects)).toEqual(['migrator', 'seed']);
    expect(jobs).toEqual([]);
  });

  it('keeps what Helm is told to keep', () => {
    const { objects } = withoutHooks([object('PersistentVolumeClaim', 'data', { 'helm.sh/resource-policy': 'keep' })]);
    expect(objects[0]!.object.metadata.annotations).toEqual({ 'poc.dev/keep': 'true' });
  });

  it.each([
    ...['post-install', 'post-upgrade', 'pre-rollback', 'post-rollback', 'crd-install', 'moon'].map((name) => [
      name,
      name,
    ]),
    ['pre-upgrade,post-upgrade', 'post-upgrade'],
    ['pre-install', 'pre-install alone'],
  ])('refuses a Job with the hook %s, naming both', (hooks, told) => {
    const sort = () => withoutHooks([object('Job', 'notify', hook(hooks))]);
    expect(sort).toThrow(Refusal);
    expect(sort).toThrow(`Job notify is a hook of ${told}`);
  });
});
