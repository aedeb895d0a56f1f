import type { ProjectGraph, Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import type { RawOptions } from '../../executors/options/options.ts';
import { serviceTargets } from '../../graph/targets.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { environmentsFolder } from '../../../model/environment/environment.ts';
import { syncPipelines } from '../sync-pipelines/generator.ts';
import { generatePipelines } from './generator.ts';

const folder = 'Infrastructure/pipelines';
let tree: Tree;
/** The dependencies of each project. */
let needs: Record<string, string[]>;

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  needs = {};
  addEnvironment('preprod', 1, 'automatic');
  addEnvironment('prod', 2, 'manual');
  for (const name of ['orders', 'payments']) addService(name);
});

function addEnvironment(name: string, order: number, deploy: string): void {
  const keys = { name, order, cluster: { context: 'shop' }, namespace: name, registry: 'r.example', deploy };
  tree.write(`${environmentsFolder}/${name}.yaml`, JSON.stringify(keys));
}

function addService(name: string, variables = ''): void {
  tree.write(`apps/${name}/pipeline.variables.yml`, `variables:\n  serviceName: ${name}\n${variables}`);
  tree.write(`apps/${name}/Dockerfile`, '');
  needs[name] = [];
}

/** The projects of the tree. */
function graph(): Promise<ProjectGraph> {
  const nodes = Object.keys(needs).map((name) => {
    const isService = tree.exists(`apps/${name}`);
    const data = isService ? { root: `apps/${name}`, targets: serviceTargets } : { root: `libs/${name}` };
    return [name, { name, type: isService ? 'app' : 'lib', data }];
  });
  const edges = Object.entries(needs).map(([source, targets]) => [
    source,
    targets.map((target) => ({ source, target, type: 'static' })),
  ]);
  return Promise.resolve({
    nodes: Object.fromEntries(nodes) as ProjectGraph['nodes'],
    dependencies: Object.fromEntries(edges) as ProjectGraph['dependencies'],
  });
}

const generate = (options: RawOptions = { ci: 'azure' }) => generatePipelines(tree, options, graph);
const sync = () => syncPipelines(tree, graph);
const textOf = (path: string) => tree.read(path, 'utf8')!;
const contents = () => new Map(tree.listChanges().map(({ path, type, content }) => [path, `${type} ${content}`]));

/** Writes into a region. */
function fill(path: string, region: string, text: string): void {
  const [before, after] = textOf(path).split(`# region custom: ${region}\n`);
  tree.write(path, `${before}# region custom: ${region}\n${text}${after}`);
}

async function refusalOf(run: () => Promise<unknown>): Promise<string> {
  const before = contents();
  const error: unknown = await run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  expect(contents()).toEqual(before);
  return (error as Refusal).explain();
}

describe('pipelines generator', () => {
  it('makes the pipelines of a CI', async () => {
    addService('labels', '  trigger: paths\n');
    await generate();
    expect(tree.children(folder).sort()).toEqual([
      'azure-pipelines.affected.yml',
      'azure-pipelines.provisioning.yml',
      'azure-pipelines.release.yml',
      'azure-pipelines.service.yml',
      'templates',
    ]);
    expect(['orders', 'labels'].map((name) => tree.exists(`apps/${name}/azure-pipelines.yml`))).toEqual([false, true]);
    expect(textOf(`${folder}/azure-pipelines.service.yml`)).toMatch(/- labels\n +- orders\n +- payments\n/);
  });

  it('changes nothing the second time, and keeps what people wrote', async () => {
    await generate();
    fill(`${folder}/templates/service.yml`, 'setup release', '      - script: echo ours\n');
    const before = contents();
    await generate();
    expect(contents()).toEqual(before);
  });

  it.each<[string, RawOptions, string]>([
    ['no CI', {}, 'No CI was chosen.\n  hint: Choose a CI with `--ci=azure`, `--ci=github` or `--ci=both`.'],
    ['another CI', { ci: 'jenkins' }, '--ci cannot be "jenkins".\n  hint: Expected one of azure, github, both.'],
    ['a misspelt option', { cl: 'azure' }, 'Unknown option `--cl`.\n  hint: A similar option is `--ci`.'],
    ['a further word', { ci: 'azure', _: ['x'] }, 'Unexpected argument: `x`.'],
  ])('refuses %s', async (_, options, reason) => expect(await refusalOf(() => generate(options))).toContain(reason));

  it('refuses to write over what somebody wrote', async () => {
    tree.write(`${folder}/azure-pipelines.release.yml`, 'trigger: none\n');
    expect(await refusalOf(generate)).toContain(`${folder}/azure-pipelines.release.yml was not generated.`);
  });

  it.each<[string, () => void, string]>([
    ['a misspelt trigger', () => addService('labels', '  trigger: path\n'), 'The variable trigger is "path".'],
    ['variables that are no YAML', () => addService('labels', ' x: [\n'), 'This is not YAML'],
    ['an environment with a mistake', () => addEnvironment('dev', 1, 'manual'), 'the order 1 is taken by'],
  ])('refuses %s', async (_, spoil, reason) => {
    spoil();
    expect(await refusalOf(generate)).toContain(reason);
  });
});

describe('sync generator', () => {
  it('does nothing where there are no pipelines', async () => {
    const before = contents();
    expect(await sync()).toBeUndefined();
    expect(contents()).toEqual(before);
  });

  it('does nothing where they are in step', async () => {
    await generate();
    expect(await sync()).toBeUndefined();
  });

  it('gives steps that deploy the key that an environment names to check APIs with', async () => {
    const path = `${environmentsFolder}/preprod.yaml`;
    const environment = JSON.parse(textOf(path)) as object;
    const door = { kind: 'api-management', subscription: '6f1b2c3d-0000-4000-8000-0123456789ab' };
    const write = (keys: object) => {
      const facade = { ...door, resourceGroup: 'shop', name: 'shop-apim', ...keys };
      tree.write(path, JSON.stringify({ ...environment, url: 'https://preprod.example', facade }));
    };
    write({});
    await generate();
    write({ keyVariable: 'CHECK_KEY' });
    const result = await sync();
    expect(result && result.outOfSyncDetails).toContain('  + CHECK_KEY: $(CHECK_KEY)');
    expect(await sync()).toBeUndefined();
  });

  it.each<[string, () => void, string[]]>([
    [
      'a new service',
      () => addService('labels'),
      [`${folder}/azure-pipelines.service.yml`, '  + - labels', `${folder}/azure-pipelines.release.yml`],
    ],
    [
      'a service that is gone',
      () => {
        delete needs['payments'];
        tree.delete('apps/payments');
      },
      [`${folder}/azure-pipelines.service.yml`, '  - - payments'],
    ],
    ['a changed closure', () => (needs = { ...needs, hot: ['money'], money: [] }), ['  + - libs/money/**']],
    ['an environment', () => addEnvironment('staging', 3, 'manual'), ['  + - staging']],
    [
      'a trigger that is switched off',
      () => addService('hot'),
      ['apps/hot/azure-pipelines.yml is no longer needed', '  + source: service'],
    ],
    [
      'a file that somebody changed',
      () =>
        tree.write(
          `${folder}/templates/service.yml`,
          textOf(`${folder}/templates/service.yml`).replace('npm ci', 'npm i'),
        ),
      ['  + - script: npm ci --ignore-scripts', '  - - script: npm i --ignore-scripts'],
    ],
  ])('tells, and mends, %s', async (_, change, lines) => {
    addService('hot', '  trigger: paths\n');
    await generate();
    change();
    const result = await sync();
    expect(result && result.outOfSyncDetails).toEqual(expect.arrayContaining(lines));
    expect(await sync()).toBeUndefined();
    const mended = contents();
    await generate();
    expect(contents()).toEqual(mended);
  });

  it('adds a language with its first service, and takes it away with its last', async () => {
    const setUp = () =>
      [`${folder}/templates/service.yml`, '.github/actions/toolchains/action.yml'].map((path) =>
        tree.exists(path)
          ? textOf(path).match(/\b(GoTool|UsePythonVersion|UseDotNet|setup-go|setup-python|setup-dotnet)@/g)
          : null,
      );
    await generate({ ci: 'both' });
    expect(setUp()).toEqual([null, null]);

    addService('rates');
    tree.write('apps/rates/go.mod', 'module rates\n\ngo 1.24\n');
    tree.write('apps/rates/project.json', '{ "targets": { "build": { "command": "go build ." } } }');
    const result = await sync();
    expect(result && result.outOfSyncDetails).toEqual(
      expect.arrayContaining(['  + - task: GoTool@0', '  + - uses: ./.github/actions/toolchains']),
    );
    // Jobs that check and that build; what deploys has Node.js alone.
    expect(setUp()).toEqual([['GoTool@', 'GoTool@'], ['setup-go@']]);
    expect(textOf('.github/actions/toolchains/action.yml')).toContain('go-version-file: apps/rates/go.mod\n');
    expect(textOf('.github/actions/toolchains/action.yml')).toContain('cache: false\n');

    addService('labels');
    tree.write('apps/labels/.python-version', '3.12\n');
    tree.write('apps/labels/requirements.lock', 'idna==3.10 \\\n    --hash=sha256:00\n');
    tree.write('apps/labels/requirements.txt', 'idna\n');
    tree.write('apps/labels/project.json', '{ "targets": { "build": { "command": "python3 build.py" } } }');
    tree.write('apps/rates/go.sum', '');
    await sync();
    expect(setUp()).toEqual([
      ['GoTool@', 'UsePythonVersion@', 'GoTool@', 'UsePythonVersion@'],
      ['setup-go@', 'setup-python@'],
    ]);
    expect(textOf('.github/actions/toolchains/action.yml')).toMatch(
      / cache: pip\n +cache-dependency-path: \|\n +apps\/labels\/requirements\.lock\n/,
    );
    expect(textOf(`${folder}/azure-pipelines.affected.yml`)).toContain(`| "$(Agent.OS)" | apps/rates/go.sum'`);

    // A file that says another version brings it.
    tree.write('apps/rates/go.mod', 'module rates\n\ngo 1.25.1\n');
    await sync();
    expect(textOf(`${folder}/templates/service.yml`)).toContain('version: 1.25.1\n');

    for (const name of ['rates', 'labels']) {
      delete needs[name];
      tree.delete(`apps/${name}`);
    }
    fill(`${folder}/templates/service.yml`, 'setup release', '      - script: echo ours\n');
    const last = await sync();
    expect(last && last.outOfSyncDetails).toContain('.github/actions/toolchains/action.yml is no longer needed');
    expect(setUp()).toEqual([null, null]);
    expect(textOf('.github/workflows/release.yml')).not.toContain('actions/toolchains');
    expect(textOf(`${folder}/templates/service.yml`)).toContain('echo ours');
    expect(await sync()).toBeUndefined();
  });

  it('sets up the Node.js of the workspace', async () => {
    await generate({ ci: 'both' });
    const versions = () => [
      / versionSpec: (.*)/.exec(textOf(`${folder}/templates/service.yml`))![1],
      / (node-version.*)/.exec(textOf('.github/actions/workspace/action.yml'))![1],
    ];
    expect(versions()).toEqual(['24.x', 'node-version: 24.x']);
    tree.write('.nvmrc', 'v22.11.0\n');
    await sync();
    expect(versions()).toEqual(['22.11.0', 'node-version-file: .nvmrc']);
  });

  it('refuses services whose versions exclude each other', async () => {
    await generate();
    for (const [name, version] of [
      ['labels', '3.11'],
      ['routes', '3.12'],
    ] as const) {
      addService(name);
      tree.write(`apps/${name}/.python-version`, version);
      tree.write(`apps/${name}/project.json`, '{ "targets": { "build": { "command": "python3 build.py" } } }');
    }
    expect(await refusalOf(sync)).toContain('Python 3.11 (apps/labels/.python-version), Python 3.12 (apps/routes/.');
  });

  it('loses nothing that people wrote for an environment that is gone', async () => {
    await generate();
    fill(`${folder}/azure-pipelines.release.yml`, 'setup rollback_prod', '                - script: ours\n');
    tree.delete(`${environmentsFolder}/prod.yaml`);
    expect(await refusalOf(sync)).toMatch(/no longer has a region for "setup rollback_prod" \(line \d+\)/);
  });
});
