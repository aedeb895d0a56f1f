import { changesVersionOnly, describeChangeSummary } from './change-summary.ts';

const version = { path: 'metadata.labels.app.kubernetes.io/version', from: '"20261124-1"', to: '"20261124-2"' };
const replicas = { path: 'spec.replicas', from: '2', to: '3' };
const configured = (kind: string, ...fields: (typeof version)[]) =>
  ({ kind, name: 'orders', action: 'configured', fields }) as const;
const unchanged = { kind: 'HTTPRoute', name: 'orders', action: 'unchanged' } as const;

describe('describeChangeSummary', () => {
  it('names what really changes, and counts the rest', () => {
    const changes = [
      { kind: 'ConfigMap', name: 'orders-1a2b', action: 'created' },
      configured('Deployment', version, replicas),
    ];
    expect(describeChangeSummary([...changes, configured('Service', version), unchanged])).toBe(
      'ConfigMap orders-1a2b created, Deployment orders configured, 2 unchanged but for the version',
    );
    expect(describeChangeSummary([...changes.slice(1), unchanged])).toBe('Deployment orders configured, 1 unchanged');
    expect(describeChangeSummary([])).toBe('');
  });
});

describe('changesVersionOnly', () => {
  it.each([
    ['a label of the version', configured('Service', version), true],
    ['a field beside it', configured('Service', version, replicas), false],
    [
      'a field that is taken over',
      { ...configured('Service', version), takenOver: ['spec.replicas from kubectl'] },
      false,
    ],
    ['fields that are not known', configured('Service'), false],
    ['nothing', unchanged, false],
  ])('reports %s', (_, change, isVersion) => expect(changesVersionOnly(change)).toBe(isVersion));
});
