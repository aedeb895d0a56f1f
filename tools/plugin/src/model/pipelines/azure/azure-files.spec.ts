import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as yamlPlugin from 'prettier/plugins/yaml';
import { check } from 'prettier/standalone';
import { parse } from 'yaml';
import { pipelineFactsCases } from '../../../../../contracts/src/pipeline-facts-cases.ts';
import type { Refusal } from '../../errors/product-error.ts';
import { generatedHeader } from '../generated-file.ts';
import type { PipelineEnvironment, PipelineFacts, PipelineService } from '../pipeline-facts.ts';
import { azureFiles } from './azure-files.ts';

const service = (name: string, own: Partial<PipelineService> = {}): PipelineService => ({
  name,
  root: `apps/${name}`,
  paths: [`apps/${name}/`, 'libs/money/', 'package-lock.json'],
  foreignPaths: [],
  trigger: 'manual',
  api: `apps/${name}/openapi.yaml`,
  ...own,
});
const environment = (name: string, own: Partial<PipelineEnvironment> = {}): PipelineEnvironment => ({
  name,
  deploy: 'manual',
  protected: false,
  aks: undefined,
  context: 'shop',
  ...own,
});
const facts: PipelineFacts = {
  branch: 'main',
  services: [
    service('orders', { trigger: 'paths', foreignPaths: ['apps/orders/e2e/'] }),
    service('payments', { api: undefined }),
  ],
  environments: [
    environment('dev'),
    environment('pre-prod', { deploy: 'automatic' }),
    environment('prod', { protected: true, aks: { resourceGroup: 'shop', name: 'shop-prod' } }),
  ],
};

interface Step {
  readonly task?: string;
  readonly script?: string;
  readonly name?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

const stepsOf = (text: string): Step[] => {
  const found: Step[] = [];
  JSON.stringify(parse(text), (key, value: unknown) => {
    if (key === 'steps') found.push(...(value as Step[]));
    return value;
  });
  return found;
};
const textOf = (of: PipelineFacts, end: string): string => [...azureFiles(of)].find(([path]) => path.endsWith(end))![1];

describe('azureFiles', () => {
  it('are these', () => {
    expect([...azureFiles(facts).keys()]).toEqual([
      'Infrastructure/pipelines/azure-pipelines.service.yml',
      'Infrastructure/pipelines/templates/service.yml',
      'Infrastructure/pipelines/azure-pipelines.release.yml',
      'Infrastructure/pipelines/azure-pipelines.affected.yml',
      'Infrastructure/pipelines/azure-pipelines.provisioning.yml',
      'apps/orders/azure-pipelines.yml',
    ]);
  });

  it.each([...azureFiles(facts)])('%s', (_, text) => {
    expect(text.startsWith(`${generatedHeader}`)).toBe(true);
    expect(text.slice(`${generatedHeader}`.length)).toMatchSnapshot();
  });

  it('are formatted as the workspace is, whatever it holds', async () => {
    const style = JSON.parse(readFileSync(join(__dirname, '../../../../../../.prettierrc.json'), 'utf8')) as object;
    const workspaces = pipelineFactsCases.filter(({ services }) => services.length > 0);
    await fc.assert(
      fc.asyncProperty(workspaces, async (of) => {
        for (const [path, text] of azureFiles(of))
          expect([path, await check(text, { ...style, parser: 'yaml', plugins: [yamlPlugin] })]).toEqual([path, true]);
      }),
      { numRuns: 8 },
    );
  });

  it('set the variables that scripts read, and those that tools know', () => {
    const known = ['KUBECONFIG', 'GITHUB_TOKEN', 'NX_BASE', 'POC_APPROVAL_GATE'];
    const steps = [...azureFiles(facts).values()].flatMap(stepsOf);
    expect(steps.filter(({ env }) => env).length).toBeGreaterThan(10);
    for (const { script, inputs, env = {} } of steps) {
      const read = [...(script ?? inputs?.['inlineScript'] ?? '').matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name);

      expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([...new Set(read)]);
    }
  });

  it('give the template the parameters that it has', () => {
    const template = parse(textOf(facts, 'templates/service.yml')) as { parameters: { name: string }[] };
    const names = template.parameters.map(({ name }) => name);
    for (const end of ['azure-pipelines.service.yml', 'apps/orders/azure-pipelines.yml']) {
      const { extends: extended } = parse(textOf(facts, end)) as { extends: { parameters: object } };
      expect(Object.keys(extended.parameters)).toEqual(names);
    }
  });

  it('hold a secret nowhere but in the variables of a command', () => {
    for (const [path, text] of azureFiles(facts))
      for (const [line] of text.matchAll(/.*GITHUB_TOKEN.*/g))
        expect(`${path}: ${line}`).toMatch(/: +GITHUB_TOKEN: \$\(GITHUB_TOKEN\)$/);
  });

  it('reach several clusters in one job, each in its own way', () => {
    const aks = { resourceGroup: 'rg', name: 'cluster' };
    const environments = [
      environment('a', { deploy: 'automatic', aks, context: "ada's" }),
      environment('b', { deploy: 'automatic' }),
      environment('c', { deploy: 'automatic', aks: { ...aks, name: 'other' } }),
    ];
    const steps = stepsOf(textOf({ ...facts, environments }, 'templates/service.yml'));
    expect(steps.find(({ task }) => task === 'DownloadSecureFile@1')).toMatchObject({
      name: 'kubeconfig_b',
      inputs: { secureFile: 'kubeconfig-b' },
    });
    const release = steps.find(({ task }) => task === 'AzureCLI@2');
    expect(release!.env!['KUBECONFIG']).toBe('$(Agent.TempDirectory)/kubeconfig:$(kubeconfig_b.secureFilePath)');
    expect(release!.inputs!['azureSubscription']).toBe('c');
    expect(release!.inputs!['inlineScript']!.split('\n')).toEqual([
      'set -e',
      expect.stringContaining(`--name 'cluster' --context 'ada'\\''s' --file`),
      expect.stringContaining(`--name 'other'`),
      expect.stringContaining('kubelogin convert-kubeconfig'),
      'npx nx run $(serviceName):release',
      '',
    ]);
  });

  it('promote from the first environment when none is automatic', () => {
    const environments = [environment('one'), environment('two'), environment('three')];
    const { stages } = parse(textOf({ ...facts, environments }, 'release.yml')) as {
      stages: { stage: string; dependsOn?: string[] }[];
    };
    expect(stages.map(({ stage, dependsOn }) => [stage, dependsOn])).toEqual([
      ['promote_two', []],
      ['promote_three', ['promote_two']],
      ['rollback_one', []],
      ['rollback_two', []],
      ['rollback_three', []],
    ]);
  });

  it.each(["o'brien", 'release/#1', 'no', '* main', '1.0'])('trigger on the branch %s', (branch) => {
    const { trigger } = parse(textOf({ ...facts, branch }, 'affected.yml')) as {
      trigger: { branches: { include: string[] } };
    };
    expect(trigger.branches.include).toEqual([branch]);
  });

  it.each<[string, Partial<PipelineFacts>, string]>([
    ['no service', { services: [] }, 'The workspace has no service.'],
    [
      'a service elsewhere',
      { services: [service('orders', { root: 'services/orders' })] },
      'The service orders is in services/orders;',
    ],
  ])('refuse %s', (_, own, reason) => {
    try {
      azureFiles({ ...facts, ...own });
    } catch (error) {
      expect((error as Refusal).explain()).toContain(reason);
      return;
    }
    throw new Error('not refused');
  });
});
