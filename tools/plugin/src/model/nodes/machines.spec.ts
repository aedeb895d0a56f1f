import fc from 'fast-check';
import { Platform } from '../build/platform.ts';
import { knownPlatforms } from '../build/platform-mistake.ts';
import type { ClusterNode, Taint } from './cluster-node.ts';
import { machinesOf } from './machines.ts';
import { platformFit } from './platform-fit.ts';

const of = (name: string) => Platform.parse(name)!;

function node(name: string, { labels = {}, ...rest }: Partial<ClusterNode> = {}): ClusterNode {
  const platform = of(name);
  const own = { 'kubernetes.io/os': platform.os, 'kubernetes.io/arch': platform.architecture, ...labels };
  return { platform, labels: own, taints: [], isCordoned: false, ...rest };
}

const selecting = (nodeSelector: object) => ({ spec: { nodeSelector } });
const requiring = (...terms: object[][]) => ({
  spec: {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
        },
      },
    },
  },
});
const named = (template: unknown, nodes?: readonly ClusterNode[], platforms?: readonly string[]) => {
  const machines = machinesOf(template, platforms ? { platforms } : {}, nodes);
  return machines && [machines.saidBy, ...machines.platforms.map(String)];
};

const [amd, arm] = [node('linux/amd64'), node('linux/arm64')];
const noSchedule = (key: string, value?: string): Taint => ({ key, effect: 'NoSchedule', ...(value ? { value } : {}) });

describe('what pods come to, by the nodes', () => {
  it('is all that there is, each once', () =>
    expect(named({}, [arm, amd, arm])).toEqual(['nodes', 'linux/amd64', 'linux/arm64']));

  it('is not a node that takes no pods, nor one of Windows beside others', () => {
    expect(named({}, [amd, node('linux/arm64', { isCordoned: true })])).toEqual(['nodes', 'linux/amd64']);
    expect(named({}, [amd, node('windows/amd64')])).toEqual(['nodes', 'linux/amd64']);
    expect(named({}, [node('windows/amd64')])).toEqual(['nodes', 'windows/amd64']);
    expect(named(selecting({ 'kubernetes.io/os': 'windows' }), [amd, node('windows/amd64')])).toEqual([
      'nodes',
      'windows/amd64',
    ]);
  });

  it.each([
    ['the architecture', selecting({ 'kubernetes.io/arch': 'arm64' })],
    ['its old label', selecting({ 'beta.kubernetes.io/arch': 'arm64' })],
    ['another label', selecting({ pool: 'small' })],
    ['affinity', requiring([{ key: 'kubernetes.io/arch', operator: 'In', values: ['arm64', 's390x'] }])],
    ['affinity that leaves some out', requiring([{ key: 'kubernetes.io/arch', operator: 'NotIn', values: ['amd64'] }])],
    ['one of two terms', requiring([{ key: 'none', operator: 'Exists' }], [{ key: 'pool', operator: 'Exists' }])],
    ['what a node lacks', requiring([{ key: 'big', operator: 'DoesNotExist' }])],
    [
      'a number',
      requiring([
        { key: 'size', operator: 'Lt', values: ['3'] },
        { key: 'size', operator: 'Gt', values: ['1'] },
      ]),
    ],
  ])('is what they select by %s', (_, template) => {
    const nodes = [
      node('linux/amd64', { labels: { 'beta.kubernetes.io/arch': 'amd64', big: '', size: '4' } }),
      node('linux/arm64', { labels: { 'beta.kubernetes.io/arch': 'arm64', pool: 'small', size: '2' } }),
    ];
    expect(named(template, nodes)).toEqual(['nodes', 'linux/arm64']);
  });

  it('is no node whose taint they do not tolerate', () => {
    const spot = node('linux/arm64', { taints: [noSchedule('spot', 'yes')] });
    const tolerating = (...tolerations: object[]) => ({ spec: { tolerations } });
    expect(named({}, [amd, spot])).toEqual(['nodes', 'linux/amd64']);
    for (const toleration of [
      { key: 'spot', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
      { key: 'spot', value: 'yes' },
      { key: 'spot', operator: 'Exists' },
      { operator: 'Exists' },
    ])
      expect(named(tolerating(toleration), [amd, spot])).toHaveLength(3);
    for (const toleration of [
      { key: 'spot', value: 'no' },
      { key: 'other', operator: 'Exists' },
      { key: 'spot', operator: 'Exists', effect: 'NoExecute' },
    ])
      expect(named(tolerating(toleration), [amd, spot])).toHaveLength(2);
  });

  it('is also a node that only prefers others, or is not well at the moment, or is tainted for what they select', () => {
    const preferring = node('linux/arm64', { taints: [{ key: 'spot', effect: 'PreferNoSchedule' }] });
    expect(named({}, [amd, preferring])).toHaveLength(3);
    const notReady = node('linux/arm64', { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] });
    expect(named({}, [amd, notReady])).toHaveLength(3);
    const gke = node('linux/arm64', { taints: [noSchedule('kubernetes.io/arch', 'arm64')] });
    expect(named({}, [amd, gke])).toHaveLength(2);
    expect(named(selecting({ 'kubernetes.io/arch': 'arm64' }), [amd, gke])).toEqual(['nodes', 'linux/arm64']);
  });

  it('is what they select by themselves where no such node is there, or none is known', () => {
    const template = selecting({ 'kubernetes.io/arch': 'arm64', 'kubernetes.io/os': 'linux' });
    for (const nodes of [[amd], [], undefined]) expect(named(template, nodes)).toEqual(['selectors', 'linux/arm64']);
    for (const nodes of [[], undefined]) {
      expect(named({}, nodes)).toBeUndefined();
      expect(named(selecting({ pool: 'small' }), nodes)).toBeUndefined();
      expect(named(selecting({ 'kubernetes.io/os': 'linux' }), nodes)).toBeUndefined();
    }
  });
});

describe('what pods come to, by the file of the environment', () => {
  it('is what it says, whatever the nodes are, less what they do not select', () => {
    const both = ['linux/arm64', 'linux/amd64'];
    expect(named({}, [arm], both)).toEqual(['environment', 'linux/amd64', 'linux/arm64']);
    expect(named(selecting({ 'kubernetes.io/arch': 'arm64' }), undefined, both)).toEqual([
      'environment',
      'linux/arm64',
    ]);
    expect(named(selecting({ 'kubernetes.io/arch': 's390x' }), undefined, both)).toHaveLength(3);
  });
});

describe('platformFit', () => {
  const platforms = fc.uniqueArray(fc.constantFrom(...knownPlatforms), { minLength: 1, maxLength: 4 });
  const sayers = fc.constantFrom('environment', 'nodes', 'selectors');

  it('is for all where the image has what each machine is', () => {
    fc.assert(
      fc.property(platforms, platforms, sayers, (machines, more, saidBy) => {
        const image = [...machines, ...more].map(of);
        expect(platformFit(image, { platforms: machines.map(of), saidBy })).toEqual({ fits: 'all', uncovered: [] });
      }),
    );
  });

  it('never gets worse by one more platform in the image', () => {
    const worse = { all: 0, some: 1, none: 2 };
    fc.assert(
      fc.property(platforms, platforms, fc.constantFrom(...knownPlatforms), sayers, (image, machines, more, saidBy) => {
        const on = { platforms: machines.map(of), saidBy };
        const [before, after] = [platformFit(image.map(of), on), platformFit([...image, more].map(of), on)];
        expect(worse[after.fits]).toBeLessThanOrEqual(worse[before.fits]);
      }),
    );
  });

  it('is for some of the nodes, but for none of an environment that says it is of both', () => {
    const on = (saidBy: 'environment' | 'nodes' | 'selectors') =>
      platformFit([of('linux/arm64')], { platforms: ['linux/amd64', 'linux/arm64'].map(of), saidBy });
    expect(on('nodes')).toEqual({ fits: 'some', uncovered: [of('linux/amd64')] });
    expect(on('environment').fits).toBe('none');
    expect(on('selectors').fits).toBe('all');
  });
});
