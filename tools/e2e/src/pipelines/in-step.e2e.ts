import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const release = 'Infrastructure/pipelines/azure-pipelines.release.yml';
const service = 'Infrastructure/pipelines/azure-pipelines.service.yml';
const template = 'Infrastructure/pipelines/templates/service.yml';
let workspace: ScratchWorkspace;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('in step');
});
afterAll(() => workspace.remove());

const inStep = () => workspace.nxSuccessfully(['sync:check']);

it('what the repository has is in step', async () => {
  await inStep();
});

it('a new service is in the pipelines at once, and one that is removed is not', async () => {
  expect(workspace.read(template)).not.toContain('UsePythonVersion');
  await workspace.nxSuccessfully(['g', '@poc/plugin:service', 'shipping', '--stack=python']);
  expect(workspace.read(template)).toContain('UsePythonVersion');
  expect(workspace.read(service)).toMatch(/^ +- shipping$/m);
  expect(workspace.read(release)).toMatch(/^ +- pipeline: shipping$/m);
  await inStep();
  await workspace.commit('feat(shipping): a new service');
  await workspace.nxSuccessfully(['g', '@poc/plugin:remove-service', 'shipping']);
  expect(workspace.read(service)).not.toContain('shipping');
  expect(workspace.read(template)).not.toContain('UsePythonVersion');
  expect(workspace.read(template)).toContain('GoTool');
  await inStep();
  await workspace.commit('feat: no shipping');
});

it('what is out of step is told by file and line, and mended; what people wrote is kept', async () => {
  const ours = '      # region custom: setup release\n      - script: echo ours\n';
  workspace.edit(template, '      # region custom: setup release\n', ours);
  workspace.edit('apps/orders/project.json', '"tags":', '"implicitDependencies": ["inventory"],\n  "tags":');
  const prod = workspace.read('Infrastructure/environments/prod.yaml');
  const staging = prod
    .replace('name: prod', 'name: staging')
    .replace('order: 3', 'order: 4')
    .replace(/^namespace: .*$/m, `namespace: ${workspace.namespace('staging')}`);
  workspace.write('Infrastructure/environments/staging.yaml', staging);

  const { code, output } = await workspace.nx(['sync:check']);
  expect(output).toContain('apps/orders/azure-pipelines.yml\n  + - apps/inventory/**\n');
  expect(output).toMatch(new RegExp(`${release}\n(  .*\n)*  \\+ - staging\n`));
  expect(output).not.toContain(template);
  expect(code).toBe(1);

  await workspace.nxSuccessfully(['sync']);
  await inStep();
  expect(workspace.read(release)).toContain('stage: promote_staging');
  expect(workspace.read(template)).toContain(ours);
});

it('nothing is written where something would be lost', async () => {
  const region = '# region custom: setup promote_staging\n';
  workspace.edit(release, region, `${region}                - script: echo ours\n`);
  await workspace.commit('feat: staging');
  await workspace.git(['rm', '--quiet', 'Infrastructure/environments/staging.yaml']);
  const { code, output } = await workspace.nx(['sync']);
  expect(output).toContain('It no longer has a region for "setup promote_staging"');
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(code).toBe(1);
  expect(await workspace.git(['status', '--porcelain', '--', 'Infrastructure/pipelines'])).toBe('');
});

it('what cannot be done is refused with exit code 2', async () => {
  const { code, output } = await workspace.nx(['g', '@poc/plugin:pipelines', '--ci=jenkins']);
  expect(output).toMatch(/--ci cannot be "jenkins"/);
  expect(code).toBe(2);
});
