import fc from 'fast-check';
import { Refusal } from '../errors/product-error.ts';
import { defaultOptions, parsePluginOptions, pluginOptionsIn } from './plugin-options.ts';

/** Returns what a person reads of options that are refused. */
function refusalOf(value: unknown): string {
  try {
    parsePluginOptions(value);
  } catch (error) {
    if (error instanceof Refusal) return error.explain();
    throw error;
  }
  return '';
}

describe('parsePluginOptions', () => {
  it('has defaults for all', () => {
    expect(parsePluginOptions(undefined)).toEqual(defaultOptions);
    expect(parsePluginOptions({})).toEqual({
      infrastructure: 'Infrastructure',
      manifests: 'k8s',
      targetPrefix: '',
      dependsOn: {},
    });
  });

  it('takes what is written', () => {
    const dependsOn = { release: [], 'docker-release': ['prune'] };
    expect(
      parsePluginOptions({ infrastructure: './ops/', manifests: 'deploy/k8s', targetPrefix: 'ship-', dependsOn }),
    ).toEqual({ infrastructure: 'ops', manifests: 'deploy/k8s', targetPrefix: 'ship-', dependsOn });
  });

  it.each([
    ['a misspelt key', { infrastucture: 'ops' }, 'Did you mean "infrastructure"?'],
    ['an unheard-of key', { colour: 'red' }, 'The keys are infrastructure, manifests, targetPrefix, dependsOn.'],
    ['no map', ['ops'], 'its `options` must be a map'],
    ['a text', 'ops', 'its `options` must be a map'],
    ['a folder above', { infrastructure: '../ops' }, '`infrastructure` must be a folder'],
    ['the root itself', { manifests: '.' }, '`manifests` must be a folder like "deploy/k8s"'],
    ['an absolute folder', { infrastructure: '/ops' }, '`infrastructure` must be a folder'],
    ['a pattern', { manifests: '*/k8s' }, '`manifests` must be a folder'],
    ['a number', { manifests: 1 }, '`manifests` must be a folder'],
    ['a prefix with a colon, which Nx takes for the end of a project', { targetPrefix: 'a:' }, '`targetPrefix` must'],
    ['a list for all targets', { dependsOn: ['build'] }, '`dependsOn` must be a map'],
    ['another target', { dependsOn: { relase: [] } }, 'Did you mean "release"?'],
    ['one target for a list', { dependsOn: { release: 'build' } }, '`dependsOn.release` must be a list of targets'],
  ])('refuses %s', (_, value, expected) => {
    expect(refusalOf(value)).toContain(expected);
    expect(refusalOf(value)).toContain('nx.json');
    expect(refusalOf(value)).toContain('[bad-plugin-options]');
  });

  it('tells all mistakes at once', () => {
    expect(refusalOf({ manifests: '..', colour: 1 })).toMatch(/There are 2 mistakes[^]*`manifests`[^]*"colour"/);
  });

  it('returns or refuses whatever is written', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ manifests: fc.anything(), dependsOn: fc.anything() })),
        (value) => {
          refusalOf(value);
        },
      ),
    );
  });
});

describe('pluginOptionsIn', () => {
  const options = { infrastructure: 'ops' };
  it.each([
    [{}],
    [undefined],
    [{ plugins: ['./tools/nx/graph.cjs'] }],
    [{ plugins: [{ plugin: '@nx/docker', options }] }],
    [{ plugins: ['@poc/plugin'] }],
  ])('finds none in %j', (nxJson) => expect(pluginOptionsIn(nxJson)).toBe(defaultOptions));

  it.each([
    [[{ plugin: '@poc/plugin', options }]],
    [[{ plugin: './tools/nx/graph.cjs', options }]],
    [['@nx/js', { plugin: '@poc/plugin', include: ['apps/**'] }, { plugin: '@poc/plugin', options }]],
  ])('finds those of %j', (plugins) => expect(pluginOptionsIn({ plugins }).infrastructure).toBe('ops'));
});
