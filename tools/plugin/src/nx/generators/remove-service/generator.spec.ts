import { addProjectConfiguration, readJson, writeJson, type ProjectGraph, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { Refusal } from '../../../model/errors/product-error.ts';
import { generateService } from '../service/generator.ts';
import { removeService, type WorkspaceFacts } from './generator.ts';

let tree: Tree;
let before: string[];

beforeEach(async () => {
  tree = createTreeWithEmptyWorkspace();
  writeJson(tree, 'tsconfig.base.json', {
    compilerOptions: {
      strict: true,
      paths: { '@poc/a': ['./libs/a/src/index.ts'], '@poc/s': ['./apps/shipping/src/api.ts'] },
    },
  });
  for (const name of ['shipping', 'shipping-labels', 'mailer']) await generateService(tree, { name });
  addProjectConfiguration(tree, 'lib', { root: 'libs/lib' });
  before = paths();
});

const paths = () => tree.listChanges().map(({ path }) => path);

/** Where `mailer` depends on those named, and the paths named are dirty. */
function facts(dependencies: string[] = [], dirty: string[] = []): WorkspaceFacts {
  const graph: ProjectGraph = {
    nodes: { mailer: { name: 'mailer', type: 'app', data: { root: 'apps/mailer' } } },
    dependencies: { mailer: dependencies.map((target) => ({ source: 'mailer', target, type: 'static' })) },
  };
  return { projectGraph: () => Promise.resolve(graph), dirtyPaths: () => Promise.resolve(dirty) };
}

async function refusalOf(options: Parameters<typeof removeService>[1], known: WorkspaceFacts): Promise<string> {
  const error: unknown = await removeService(tree, options, known).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  expect(paths()).toEqual(before);
  return (error as Refusal).explain();
}

describe('remove-service generator', () => {
  it('leaves nothing of the service, and all of the others', async () => {
    await removeService(tree, { name: 'shipping' }, facts(['lib'], ['apps/shipping-labels/Dockerfile']));
    expect(paths()).toEqual(before.filter((path) => !path.startsWith('apps/shipping/')));
    expect(readJson(tree, 'tsconfig.base.json')).toEqual({
      compilerOptions: { strict: true, paths: { '@poc/a': ['./libs/a/src/index.ts'] } },
    });
  });

  it('refuses what is no service', async () => {
    expect(await refusalOf({ name: 'shiping' }, facts())).toContain('Did you mean "shipping"?');
    expect(await refusalOf({ name: 'lib' }, facts())).toContain('The project lib is not a service');
  });

  it('refuses what others import', async () => {
    expect(await refusalOf({ name: 'shipping', force: true }, facts(['shipping']))).toContain(
      'mailer depends on it in the project graph',
    );
  });

  it('refuses what others call', async () => {
    const file = 'apps/mailer/k8s/config-map.yaml';
    tree.write(file, 'data:\n  A: http://shipping-labels\n  B: http://shipping.prod:80/labels\n');
    before = paths();
    const refusal = await refusalOf({ name: 'shipping' }, facts());
    expect(refusal.match(/mailer calls it: .*/g)).toEqual([`mailer calls it: ${file}:3`]);
  });

  it('does not lose what was not committed, unless forced to', async () => {
    const known = facts([], ['apps/shipping/src/main.ts']);
    expect(await refusalOf({ name: 'shipping' }, known)).toContain('apps/shipping/src/main.ts');
    await removeService(tree, { name: 'shipping', force: true }, known);
    expect(tree.exists('apps/shipping')).toBe(false);
  });
});
