import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as yamlPlugin from 'prettier/plugins/yaml';
import { check } from 'prettier/standalone';
import { parse } from 'yaml';
import { pipelineFactsCases } from '../../../../../contracts/src/pipeline-facts-cases.ts';
import type { Refusal } from '../../errors/product-error.ts';
import { generatedHeader } from '../generated-file.ts';
import { comparesPackages, npm } from '../package-manager.ts';
import type { PipelineEnvironment, PipelineFacts, PipelineService } from '../pipeline-facts.ts';
import { pathInRepository } from '../repository-paths.ts';
import { azureFiles } from './azure-files.ts';
import { typedText } from './job-steps.ts';

const service = (name: string, own: Partial<PipelineService> = {}): PipelineService => ({
  name,
  root: `apps/${name}`,
  paths: [`apps/${name}/`, 'libs/money/', 'package-lock.json'],
  foreignPaths: [],
  trigger: 'manual',
  variables: `apps/${name}/pipeline.variables.yml`,
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
  folder: '',
  prefix: '',
  rebuilds: false,
  branch: 'main',
  services: [
    service('orders', { trigger: 'paths', foreignPaths: ['apps/orders/e2e/'] }),
    service('payments', { api: undefined }),
  ],
  environments: [
    environment('dev'),
    environment('pre-prod', { deploy: 'automatic', keyVariable: 'APIM_CHECK_KEY' }),
    environment('prod', { protected: true, aks: { resourceGroup: 'shop', name: 'shop-prod' } }),
  ],
  node: { version: '>=20.19', file: 'package.json' },
  packageManager: npm,
  toolchains: [
    {
      language: 'go',
      versions: [{ version: '1.24.0', file: 'apps/orders/go.mod' }],
      lockFiles: ['apps/orders/go.sum'],
      isVerified: false,
    },
    {
      language: 'python',
      versions: [{ version: '3.12', file: 'apps/payments/.python-version' }],
      lockFiles: ['apps/payments/requirements.lock'],
      isVerified: true,
    },
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
/** The steps of each job. */
const jobsIn = (text: string): Step[][] => {
  const found: Step[][] = [];
  JSON.stringify(parse(text), (key, value: unknown) => {
    if (key === 'steps') found.push(value as Step[]);
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
    expect(text.startsWith(`${generatedHeader()}`)).toBe(true);
    expect(text.slice(`${generatedHeader()}`.length)).toMatchSnapshot();
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
    const known = [
      'KUBECONFIG',
      'GITHUB_TOKEN',
      'NX_BASE',
      'POC_APPROVAL_GATE',
      'POC_FAILED_BUILDS',
      'SYSTEM_ACCESSTOKEN',
      'APIM_CHECK_KEY',
    ];
    const steps = [...azureFiles(facts).values()].flatMap(stepsOf);
    expect(steps.filter(({ env }) => env).length).toBeGreaterThan(10);
    for (const { script, inputs, env = {} } of steps) {
      const read = [...(script ?? inputs?.['inlineScript'] ?? '').matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name);

      expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([...new Set(read)]);
    }
  });

  it('give keys to check APIs with to the steps that deploy there, and to no others', () => {
    const workspaces = pipelineFactsCases.filter(({ services }) => services.length > 0);
    fc.assert(
      fc.property(workspaces, (of) => {
        const keys = (environments: readonly PipelineFacts['environments'][number][]) =>
          Object.fromEntries(environments.flatMap(({ keyVariable: key }) => (key ? [[key, `$(${key})`]] : [])));
        const automatic = keys(of.environments.filter(({ deploy }) => deploy === 'automatic'));
        for (const { script, inputs, env = {} } of [...azureFiles(of).values()].flatMap(stepsOf)) {
          const command = script ?? inputs?.['inlineScript'] ?? '';
          const [, there = ''] = /(?:-t promote .*--to|:rollback" .*--env)=(\S+)/.exec(command) ?? [];
          const deploys = !command.includes('--dry-run');
          const expected = /--only=deploy/.test(command)
            ? automatic
            : keys(of.environments.filter(({ name }) => deploys && name === there));
          const given = Object.entries(env).filter(([name]) => ['APIM_CHECK_KEY', 'KEY_2'].includes(name));
          expect(Object.fromEntries(given)).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('set up languages in jobs that build and in no other, and keep what no lock file vouches for in those that only check', () => {
    fc.assert(
      fc.property(
        pipelineFactsCases.filter(({ services }) => services.length > 0),
        (of) => {
          const jobs = [...azureFiles(of).values()].flatMap(jobsIn);
          expect(jobs.length).toBeGreaterThan(3);
          for (const steps of jobs) {
            const commands = steps.map(({ script, inputs }) => script ?? inputs?.['inlineScript'] ?? '').join('\n');
            const checks = / -t lint /.test(commands);
            const releases = commands.includes('--only=build');
            const setUp = steps.flatMap(({ task, inputs }) =>
              /^(GoTool|UsePythonVersion|UseDotNet)@/.test(task ?? '')
                ? [inputs!['version'] ?? inputs!['versionSpec']]
                : [],
            );
            const versions = of.toolchains.flatMap((each) => each.versions.map(({ version }) => version));
            expect(setUp).toEqual(checks || releases ? versions : []);
            const node = steps.filter(({ task }) => task === 'NodeTool@0').map(({ inputs }) => inputs!['versionSpec']);
            expect(node).toEqual([of.node.version]);
            const kept = of.toolchains.filter(
              ({ lockFiles, isVerified }) => lockFiles.length > 0 && (checks || (releases && isVerified)),
            );
            const keys = steps.filter(({ task }) => task === 'Cache@2').map(({ inputs }) => inputs!['key']!);
            const inIt = (paths: readonly string[]) => paths.map((path) => pathInRepository(of, path)).join(', ');
            expect(keys.map((key) => key.split(' | ')[2])).toEqual([
              ...kept.map(({ lockFiles }) => inIt(lockFiles)),
              ...(comparesPackages(of.packageManager) ? [inIt([of.packageManager.lockFile])] : []),
            ]);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('name every folder of packages that is kept, and make those that a job may leave empty', () => {
    for (const [path, text] of azureFiles(facts)) {
      const { variables } = parse(text) as { variables?: readonly { name?: string; value?: string }[] };
      const named = (variables ?? []).flatMap(({ name, value }) => (value?.includes('/.packages/') ? [name] : []));
      const steps = stepsOf(text);
      const kept = steps.flatMap(({ task, inputs }) => (task === 'Cache@2' ? [inputs!['path']!.slice(2, -1)] : []));
      const made = steps.flatMap(({ script }) =>
        [...(script ?? '').matchAll(/"\$\((\w+)\)"/g)].map(([, name]) => name!),
      );
      expect([path, new Set(kept)]).toEqual([path, new Set(named)]);
      expect([path, new Set([...made, ...(kept.length > 0 ? ['npm_config_cache'] : [])])]).toEqual([
        path,
        new Set(kept),
      ]);
    }
  });

  it('give the template the parameters that it has', () => {
    const template = parse(textOf(facts, 'templates/service.yml')) as {
      parameters: { name: string; default?: unknown }[];
    };
    const names = template.parameters.filter((each) => each.default === undefined).map(({ name }) => name);
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
    expect(steps.filter(({ task }) => task === 'DownloadSecureFile@1').at(-1)).toMatchObject({
      name: 'kubeconfig_b',
      inputs: { secureFile: 'kubeconfig-b' },
    });
    const [, push, release] = steps.filter(({ task }) => task === 'AzureCLI@2');
    const told = { GITHUB_TOKEN: '$(GITHUB_TOKEN)', POC_FAILED_BUILDS: '$(failed)' };
    expect([push!.inputs!['azureSubscription'], push!.env]).toEqual(['c-build', told]);
    expect(release!.env!['KUBECONFIG']).toBe('$(Agent.TempDirectory)/kubeconfig:$(kubeconfig_b.secureFilePath)');
    expect(release!.inputs!['azureSubscription']).toBe('c');
    expect(release!.inputs!['inlineScript']!.split('\n')).toEqual([
      'set -e',
      expect.stringContaining(`--name 'cluster' --context 'ada'\\''s' --file`),
      expect.stringContaining(`--name 'other'`),
      expect.stringContaining('kubelogin convert-kubeconfig'),
      'npx nx run-many -t release --only=deploy -p ${{ parameters.service }} --exclude-task-dependencies',
      '',
    ]);
  });

  it('log in to Azure for an instance of API Management, whatever the cluster is', () => {
    const environments = [environment('a', { deploy: 'automatic', hasFacade: true })];
    for (const [end, rights] of [
      ['templates/service.yml', ''],
      ['provisioning.yml', '-planner'],
    ] as const) {
      const steps = stepsOf(textOf({ ...facts, environments }, end));
      const step = steps.filter(({ task }) => task === 'AzureCLI@2').at(end === 'templates/service.yml' ? -1 : 0);
      expect(step!.inputs!['azureSubscription']).toBe(`a${rights}`);
      expect(step!.inputs!['inlineScript']!.split('\n')).toEqual(['set -e', expect.stringContaining('npx nx run'), '']);
      expect(step!.env!['KUBECONFIG']).toBe('$(kubeconfig_a.secureFilePath)');
      expect(steps.some(({ task }) => task === 'KubeloginInstaller@0')).toBe(false);
    }
  });

  it('take what a freeze is passed with, and force nothing unasked', () => {
    const text = textOf(facts, 'release.yml');
    const { parameters } = parse(text) as { parameters: { name: string; type: string; default: unknown }[] };
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'force', type: 'boolean', default: false }));
    const promoting = stepsOf(text).filter((step) => JSON.stringify(step).includes('-t promote'));
    expect(promoting.length).toBeGreaterThan(0);
    for (const step of promoting) {
      expect(JSON.stringify(step)).toContain('--force=\\"$FORCE\\" ${REASON:+--reason=\\"$REASON\\"}');
      expect(step.env).toMatchObject({ FORCE: '${{ lower(parameters.force) }}', REASON: typedText('reason') });
    }
  });

  it('lets no text that somebody typed name a variable', () => {
    const typed = /\$\{\{ *parameters\.(tag|reason) *\}\}/;
    for (const text of azureFiles(facts).values()) expect(text).not.toMatch(typed);
    const values = stepsOf(textOf(facts, 'release.yml')).flatMap(({ env }) => env?.['REASON'] ?? []);
    expect(new Set(values)).toEqual(new Set(["${{ replace(parameters.reason, '$(', '$ (') }}"]));
    fc.assert(
      fc.property(fc.stringMatching(/^[$()a{}\n#]*$/), (reason) => {
        expect(reason.replaceAll('$(', '$ (')).not.toContain('$(');
      }),
    );
  });

  it('give what may write to a protected environment to jobs with checks of its own only', () => {
    const inLibrary = facts.environments.map((each) => ({ ...each, aks: undefined }));
    const rollback = textOf({ ...facts, environments: inLibrary }, 'release.yml');
    expect(rollback).toContain('environment: rollback-prod');
    expect(rollback).toContain('secureFile: kubeconfig-prod-rollback');
    const provisioning = jobsIn(textOf({ ...facts, environments: inLibrary }, 'provisioning.yml'));
    const files = provisioning.flatMap((steps) => steps.flatMap(({ inputs }) => inputs?.['secureFile'] ?? []));
    expect(files.filter((file) => file.startsWith('kubeconfig-prod'))).toEqual([
      'kubeconfig-prod-planner',
      'kubeconfig-prod-provisioning',
    ]);
  });

  it('run what builds where no cluster can be reached', () => {
    fc.assert(
      fc.property(
        pipelineFactsCases.filter(({ services }) => services.length > 0),
        (of) => {
          for (const steps of [...azureFiles(of).values()].flatMap(jobsIn)) {
            const text = JSON.stringify(steps);
            if (/ -t (lint|toolchain)|--only=build/.test(text))
              expect(text).not.toMatch(/DownloadSecureFile|KUBECONFIG|get-credentials/);
            else if (text.includes('-t release')) expect(text).toContain('--only=deploy');
            expect(text).not.toMatch(/npm ci(?! --ignore-scripts)/);
          }
        },
      ),
      { numRuns: 25 },
    );
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

it('looks for builds that ran nowhere before it builds a single service, too', () => {
  for (const end of ['templates/service.yml', 'release.yml']) {
    const text = textOf(facts, end);
    expect(text).toContain("failed: $[ dependencies.outdated.outputs['outdated.failed'] ]");
    expect(text).toMatch(/dependsOn: \[outdated, check\]/);
  }
});

it('finds a service in any folder, with and without variables of its own', () => {
  const services = [service('orders', { root: 'services/shop/orders' }), service('payments', { variables: undefined })];
  const { parameters, variables } = parse(textOf({ ...facts, services }, 'templates/service.yml')) as {
    parameters: { default?: unknown }[];
    variables: object[];
  };
  expect(parameters[1]!.default).toEqual({ orders: 'services/shop/orders', payments: 'apps/payments' });
  expect(variables[0]).toEqual({
    "${{ if in(parameters.service, 'orders') }}": [
      { template: '/${{ parameters.folders[parameters.service] }}/pipeline.variables.yml' },
    ],
  });
});

it('run Nx for the project of a service that is called otherwise', () => {
  const renamed = { ...facts, services: facts.services.map((each) => ({ ...each, project: `@shop/${each.name}` })) };
  const files = [...azureFiles(renamed).values()];
  const given = files.flatMap((text) => text.match(/^.*(SERVICE: |-p \$\{\{|value: \$\[ ).*$/gm) ?? []);
  expect(given.length).toBeGreaterThan(5);
  for (const line of given) expect(line).toContain("'<orders>', '@shop/orders'");
  expect(files.join('')).not.toMatch(/SERVICE: '?\$\{\{ parameters\.service/);
});
