import { addProjectConfiguration, readJson, writeJson, type ProjectGraph, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { Refusal } from '../../../model/errors/product-error.ts';
import { callersFile } from '../callers-file.ts';
import { generateService } from '../service/generator.ts';
import { removeService, type WorkspaceFacts } from './generator.ts';
import { mentionsOf, namesOfFolder } from './mentions.ts';

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
function facts(dependencies: string[] = [], dirty: string[] = [], mentioning: string[] = []): WorkspaceFacts {
  const graph: ProjectGraph = {
    nodes: { mailer: { name: 'mailer', type: 'app', data: { root: 'apps/mailer' } } },
    dependencies: { mailer: dependencies.map((target) => ({ source: 'mailer', target, type: 'static' })) },
  };
  return {
    projectGraph: () => Promise.resolve(graph),
    dirtyPaths: () => Promise.resolve(dirty),
    filesMentioning: () => Promise.resolve(mentioning),
  };
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

  it('removes a service with a chart, and finds callers in the charts of others', async () => {
    tree.delete('apps/shipping/k8s');
    tree.write('apps/shipping/chart/Chart.yaml', 'name: shipping\n');
    tree.write('apps/mailer/chart/values.yaml', 'url: http://shipping/x\n');
    before = paths();
    expect(await refusalOf({ name: 'shipping' }, facts())).toContain(
      'mailer calls it: apps/mailer/chart/values.yaml:1',
    );
    tree.delete('apps/mailer/chart/values.yaml');
    await removeService(tree, { name: 'shipping' }, facts());
    expect(tree.exists('apps/shipping/chart/Chart.yaml')).toBe(false);
  });

  const goWork = [
    'go 1.23',
    'use ./apps/shipping // ours',
    'use (',
    '\t./apps/shipping',
    '\t"./apps/shipping/tools"',
    '\t./apps/shipping-labels',
    ')',
    'replace example.com/s => ./apps/shipping',
    '',
  ];
  const solution = [
    '\uFEFF',
    'Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Shipping", "apps\\shipping\\Shipping.csproj", "{0A0B0C0D-0000-0000-0000-000000000001}"',
    '\tProjectSection(ProjectDependencies) = postProject',
    '\tEndProjectSection',
    'EndProject',
    'Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Labels", "apps\\shipping-labels\\Labels.csproj", "{0A0B0C0D-0000-0000-0000-000000000002}"',
    'EndProject',
    'Global',
    '\t\t{0a0b0c0d-0000-0000-0000-000000000001}.Debug|Any CPU.Build.0 = Debug|Any CPU',
    '\t\t{0A0B0C0D-0000-0000-0000-000000000002}.Debug|Any CPU.Build.0 = Debug|Any CPU',
    '\t\t{0A0B0C0D-0000-0000-0000-000000000001} = {0A0B0C0D-0000-0000-0000-000000000009}',
    'EndGlobal',
    '',
  ];

  it.each([
    ['go.work', goWork.join('\n'), ['go 1.23', 'use (', '\t./apps/shipping-labels', ')', ''].join('\n')],
    ['go.work', goWork.join('\r\n'), ['go 1.23', 'use (', '\t./apps/shipping-labels', ')', ''].join('\r\n')],
    ['apps/go.work', 'use ./shipping\nuse ./mailer\n', 'use ./mailer\n'],
    ['Shop.sln', solution.join('\r\n'), [0, 5, 6, 7, 9, 11, 12].map((line) => solution[line]).join('\r\n')],
    [
      'Shop.slnx',
      '<Solution>\n  <Folder Name="/apps/">\n    <Project Path="apps/shipping/Shipping.csproj" />\n    <Project Path="apps/mailer/Mailer.csproj" />\n' +
        '    <Project Path="apps\\shipping\\tests\\T.csproj">\n      <Build Project="false" />\n    </Project>\n  </Folder>\n</Solution>\n',
      '<Solution>\n  <Folder Name="/apps/">\n    <Project Path="apps/mailer/Mailer.csproj" />\n  </Folder>\n</Solution>\n',
    ],
    [
      'apps/Some.slnf',
      '{"solution":{"path":"..\\\\Shop.sln","projects":["apps\\\\shipping\\\\S.csproj","apps\\\\mailer\\\\M.csproj"]}}',
      `${JSON.stringify({ solution: { path: '..\\Shop.sln', projects: ['apps\\mailer\\M.csproj'] } }, null, 2)}\n`,
    ],
    ['Other.sln', 'Project("{9}") = "Mailer", "apps\\mailer\\M.csproj", "{1}"\nEndProject\n', undefined],
    ['Broken.slnf', '{', undefined],
  ])('takes it out of %s', async (file, text, kept) => {
    tree.write(file, text);
    await removeService(tree, { name: 'shipping' }, facts());
    expect(tree.read(file, 'utf8')).toBe(kept ?? text);
  });

  it('takes it out of the file of callers, and tells what it could not', async () => {
    tree.write(callersFile(), '# Who calls whom.\n');
    await generateService(tree, { name: 'stock', calls: 'shipping-labels' });
    const without = tree.read(callersFile(), 'utf8')!;
    await generateService(tree, { name: 'orders', calls: 'shipping' });
    await generateService(tree, { name: 'billing', calls: 'shipping-labels' });
    const left = tree.read(callersFile(), 'utf8')!.split('---\n')[0]!;
    const foreign = '---\nspec: { podSelector: { matchExpressions: [{ values: [shipping] }] } } # shipping\n';
    tree.write(callersFile(), `${tree.read(callersFile(), 'utf8')!}${foreign}`);
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const said = jest.spyOn(console, 'log').mockImplementation(() => {});
    (await removeService(tree, { name: 'shipping' }, facts()))();
    expect(tree.read(callersFile(), 'utf8')).toBe(`${left}${foreign}`);
    (await removeService(tree, { name: 'billing' }, facts()))();
    expect(tree.read(callersFile(), 'utf8')).toBe(`${without}${foreign}`);
    expect(warned.mock.calls.flat().join('\n')).toMatch(/callers\.yaml:\d+: spec: .*\[shipping\]/);
    expect(said.mock.calls.flat().join('\n')).toContain(`took it out of ${callersFile()}`);
    jest.restoreAllMocks();
  });

  it('tells which lines still name it', async () => {
    tree.write('pnpm-workspace.yaml', 'packages:\n  - apps/shipping\n  - apps/shipping-labels\n');
    tree.write('docs.md', 'see apps\\shipping\\x\n');
    tree.write('go.work', 'use ./apps/shipping\n');
    const [said, warned] = (['log', 'warn'] as const).map((each) =>
      jest.spyOn(console, each).mockImplementation(() => {}),
    );
    const files = ['apps/shipping/project.json', 'docs.md', 'go.work', 'pnpm-workspace.yaml'];
    const done = await removeService(tree, { name: 'shipping' }, facts([], [], files));
    done();
    expect(warned!.mock.calls.flat().join('\n').split('\n').slice(3)).toEqual(['docs.md:1: see apps\\shipping\\x']);
    expect(said!.mock.calls.flat().join('\n')).toContain(
      'Removed apps/shipping, and took it out of go.work, pnpm-workspace.yaml. Commit that.',
    );
    jest.restoreAllMocks();
  });

  it('looks for a folder at the root as a path, not as a word', () => {
    expect(namesOfFolder('orders')).toEqual(['./orders', '.\\orders']);
    tree.write('go.work', 'use ./orders\nuse ./orders-x\n// orders are here\n');
    expect(mentionsOf(tree, 'orders', ['go.work', 'gone'])).toEqual(['go.work:1: use ./orders']);
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
