import type { ProjectGraph, TargetConfiguration } from '@nx/devkit';
import { infrastructureTargets, targetsOfService } from '../../graph/targets.ts';
import { defaultOptions } from '../../../model/workspace/plugin-options.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { distinctServicesIn, serviceOfProject, servicesIn } from './service-names.ts';
import { WorkspaceTargets } from './workspace-targets.ts';

type Targets = Record<string, TargetConfiguration>;

function graphOf(projects: Record<string, Targets>): ProjectGraph {
  const nodes = Object.entries(projects).map(([name, targets]) => [
    name,
    { name, type: 'app', data: { root: `services/${name.replace(/.*\//, '')}`, targets } },
  ]);
  return { nodes: Object.fromEntries(nodes), dependencies: {} } as ProjectGraph;
}

const service = (others: Targets = {}, targetPrefix = ''): Targets => ({
  ...targetsOfService(['Dockerfile'], { ...defaultOptions, targetPrefix }),
  ...others,
});
const named = (name: string): Targets => {
  const targets = service();
  return { ...targets, release: { ...targets['release'], options: { service: name } } };
};
const targetsIn = (projects: Record<string, Targets>, nxJsonConfiguration = {}) =>
  new WorkspaceTargets({ projectGraph: graphOf(projects), nxJsonConfiguration });

/** Returns what a person reads of a refusal. */
function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error.explain();
    throw error;
  }
  return '';
}

describe('services', () => {
  it('are called by the last part of the name, or as they say, whatever the prefix of targets', () => {
    const graph = graphOf({ '@shop/orders': service(), cart: named('basket'), pay: service({}, 'ship-'), lib: {} });
    expect(servicesIn(graph).map(({ name, project }) => `${name} is ${project}`)).toEqual([
      ...['orders is @shop/orders', 'basket is cart', 'pay is pay'],
    ]);
    expect(serviceOfProject(graph, '@shop/orders')).toMatchObject({ name: 'orders' });
    expect(serviceOfProject(graph, 'lib')).toBeUndefined();
  });

  it('are refused when two have one name, naming both, and others go on', () => {
    const graph = graphOf({ '@a/orders': service(), '@b/orders': service(), pay: service() });
    const told = refusalOf(() => serviceOfProject(graph, '@b/orders'));
    expect(told).toMatch(/@b\/orders.*@a\/orders.*\[service-name-twice\]/s);
    expect(refusalOf(() => distinctServicesIn(graph))).toContain('@a/orders');
    expect(serviceOfProject(graph, 'pay')).toMatchObject({ name: 'pay' });
  });
});

describe('hidden targets', () => {
  it('are none in a workspace as it should be', () => {
    const targets = targetsIn({
      orders: service({ build: {} }),
      infrastructure: { ...infrastructureTargets() },
      lib: { release: {} },
    });
    expect(targets.hidden()).toEqual([]);
  });

  it.each([
    ['a command', { command: 'semantic-release' }, '`semantic-release`'],
    ['a command of nx:run-commands', { executor: 'nx:run-commands', options: { command: 'x' } }, '`x`'],
    [
      'a script',
      { executor: 'nx:run-script', options: { script: 'release' } },
      'the script "release" of its package.json',
    ],
    ['an executor', { executor: '@x/y:z' }, 'the executor @x/y:z'],
  ])('name the service, and %s that took the name', (_, release, owner) => {
    const targets = targetsIn({ orders: service({ release }), pay: service() });
    expect(targets.hidden()).toHaveLength(1);
    expect(targets.hidden('pay')).toEqual([]);
    expect(targets.hidden('orders')[0]).toContain(
      `orders has no target release of this plugin: ${owner} took the name`,
    );
    expect(targets.hidden('orders')[0]).toContain('counts as no service here');
  });

  it('are none where a prefix keeps them apart', () => {
    const nxJson = { plugins: [{ plugin: '@poc/plugin', options: { targetPrefix: 'ship-' } }] };
    expect(targetsIn({ orders: service({ release: {} }, 'ship-') }, nxJson).hidden()).toEqual([]);
  });
});

describe('require', () => {
  const cached = (target: string) => service({ [target]: { ...service()[target], cache: true } });

  it('refuses a cached target, with the place where that is said', () => {
    const targets = targetsIn({ orders: cached('release') }, { targetDefaults: { release: { cache: true } } });
    const told = refusalOf(() => targets.require('orders', 'release'));
    expect(told).toContain('`targetDefaults["release"]` of nx.json');
    expect(told).toContain('deploy nothing');
    expect(told).toContain('[cached-target]');
    expect(refusalOf(() => targets.require('orders', 'status'))).toBe('');
    expect(refusalOf(() => targetsIn({ orders: cached('status') }).require('orders', 'status'))).toContain(
      'the target status of orders',
    );
  });

  it('leaves those cached that are meant to be', () => {
    expect(refusalOf(() => targetsIn({ orders: cached('api-lint') }).require('orders', 'api-lint'))).toBe('');
  });

  it('refuses mistakes in the options', () => {
    const nxJson = { plugins: [{ plugin: '@poc/plugin', options: { manifest: 'x' } }] };
    expect(refusalOf(() => targetsIn({ orders: service() }, nxJson).require('orders', 'status'))).toContain(
      '[bad-plugin-options]',
    );
  });
});

describe('typed', () => {
  const text =
    'Look with `nx run orders:status` and `nx run infrastructure:audit --env=prod`, or `nx run-many -t release`; `nx run orders:build`.';

  it('changes nothing at home', () => {
    const hint = 'Check it; for the local platform: `nx run local-platform:up`.';
    const targets = targetsIn({ orders: service(), 'local-platform': {} });
    expect(targets.typed(text)).toBe(text);
    expect(targets.typed(hint)).toBe(hint);
  });

  it('names projects, and targets with their prefix, and no project that is not there', () => {
    const nxJson = { plugins: [{ plugin: '@poc/plugin', options: { targetPrefix: 'ship-' } }] };
    const targets = targetsIn({ '@shop/orders': service({}, 'ship-') }, nxJson);
    expect(targets.typed(text)).toBe(
      'Look with `nx run @shop/orders:ship-status` and `nx run infrastructure:ship-audit --env=prod`, or `nx run-many -t ship-release`; `nx run orders:build`.',
    );
    expect(targets.typed('Check it; for the local platform: `nx run local-platform:up`.')).toBe('Check it.');
  });
});
