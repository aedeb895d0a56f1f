import type { ProjectGraph, Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { environmentsFolder } from '../../model/environment/environment.ts';
import { serviceTargets } from '../graph/targets.ts';
import { generateEnvironment } from './environment/generator.ts';
import { generatePipelines } from './pipelines/generator.ts';
import { removeService } from './remove-service/generator.ts';
import { generateService } from './service/generator.ts';
import { syncPipelines } from './sync-pipelines/generator.ts';

const release = 'Infrastructure/pipelines/azure-pipelines.release.yml';
const template = 'Infrastructure/pipelines/templates/service.yml';
let tree: Tree;

/** The graph of the services that are in the tree. */
const graphOfTree = (): Promise<ProjectGraph> => {
  const services = tree.children('apps').filter((name) => tree.exists(`apps/${name}/Dockerfile`));
  const nodes = services.map((name) => {
    const data = { root: `apps/${name}`, targets: { release: serviceTargets['release']! } };
    return [name, { name, type: 'app', data }] as const;
  });
  return Promise.resolve({ nodes: Object.fromEntries(nodes), dependencies: {} } as ProjectGraph);
};

const textOf = (path: string) => tree.read(path, 'utf8')!;
const warning = () => jest.spyOn(console, 'warn').mockReturnValue();

beforeEach(async () => {
  jest.spyOn(console, 'log').mockReturnValue();
  tree = createTreeWithEmptyWorkspace();
  tree.write(
    `${environmentsFolder}/prod.yaml`,
    'name: prod\norder: 1\ncluster: { context: it is }\nnamespace: shop\nregistry: r.example\ndeploy: manual\n',
  );
  await generateService(tree, { name: 'orders' }, graphOfTree);
  await generatePipelines(tree, { ci: 'both' }, graphOfTree);
});
afterEach(() => jest.restoreAllMocks());

/** Adds a service from the graph before it. */
async function addShipping(options: { readonly stack?: string } = {}): Promise<() => void> {
  const before = await graphOfTree();
  return generateService(tree, { name: 'shipping', ...options }, () => Promise.resolve(before));
}

describe('the generators of a workspace with pipelines', () => {
  it('write them with the new service', async () => {
    await addShipping();
    expect(textOf(release)).toMatch(/^ +- pipeline: shipping$/m);
    expect(await syncPipelines(tree, graphOfTree)).toBeUndefined();
  });

  it.each([
    ['go', /GoTool@0\n.*\n +inputs:\n +version: 1\.23\.0$/m, 'go-version-file: apps/shipping/go.mod'],
    ['python', /UsePythonVersion@0\n.*\n +inputs:\n +versionSpec: '3\.11'$/m, 'cache: pip'],
    ['dotnet', /UseDotNet@2$/m, 'global-json-file: global.json'],
  ])('set up %s with its first service, and no longer without it', async (stack, task, input) => {
    const action = '.github/actions/toolchains/action.yml';
    expect([textOf(template).match(task), tree.exists(action)]).toEqual([null, false]);
    await addShipping({ stack });
    expect(textOf(template)).toMatch(task);
    expect(textOf(action)).toContain(input);
    expect(textOf(action).match(/setup-/g)).toHaveLength(1);
    const facts = {
      projectGraph: graphOfTree,
      dirtyPaths: () => Promise.resolve([]),
      filesMentioning: () => Promise.resolve([]),
    };
    await removeService(tree, { name: 'shipping' }, facts);
    expect([textOf(template).match(task), tree.exists(action)]).toEqual([null, false]);
  });

  it('write them with the new environment', async () => {
    await generateEnvironment(tree, { name: 'dr' }, () => Promise.resolve(), graphOfTree);
    expect(textOf(release)).toContain('stage: rollback_dr');
    expect(await syncPipelines(tree, graphOfTree)).toBeUndefined();
  });

  it('write them without the service that is removed, and show how to take it out of its environments', async () => {
    await addShipping();
    const log = jest.spyOn(console, 'log').mockReturnValue();
    const facts = {
      projectGraph: graphOfTree,
      dirtyPaths: () => Promise.resolve([]),
      filesMentioning: () => Promise.resolve([]),
    };
    (await removeService(tree, { name: 'shipping' }, facts))();
    expect(textOf(release)).not.toContain('shipping');
    expect(await syncPipelines(tree, graphOfTree)).toBeUndefined();
    expect(log.mock.lastCall![0]).toMatch(/^kubectl --context 'it is' --namespace shop delete lease poc-shipping$/m);
  });

  it('leave them as they are, and say so, where a file has a mistake', async () => {
    tree.write(`${environmentsFolder}/broken.yaml`, 'name: [');
    const before = textOf(release);
    const warn = warning();
    (await addShipping())();
    expect(tree.exists('apps/shipping/Dockerfile')).toBe(true);
    expect(textOf(release)).toBe(before);
    expect(warn.mock.lastCall![0]).toMatch(/^\nPipelines were not updated\. .*broken\.yaml.* Then run `nx sync`\.$/s);
  });
});
