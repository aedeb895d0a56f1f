import fc from 'fast-check';
import { parse } from 'yaml';
import { pipelineFactsCases } from '../../../../../contracts/src/pipeline-facts-cases.ts';
import { comparesPackages, npm, runPrefix } from '../package-manager.ts';
import type { PipelineEnvironment, PipelineFacts } from '../pipeline-facts.ts';
import { kubeconfigSecret, type Rights } from './cluster-access.ts';
import { inRepository } from '../repository-paths.ts';
import { githubFiles } from './github-files.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly environment?: { readonly name: string; readonly deployment: boolean };
  readonly permissions: Readonly<Record<string, string>>;
  readonly 'runs-on': string;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<
    Record<string, { inputs?: Record<string, { options?: string[] }>; branches?: string[]; paths?: string[] } | null>
  >;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Each writes and reads six files. */
const some = { numRuns: 25 };

const workflowPath = /^\.github\/workflows\/(?:services-)?(.*)\.yml$/;

function workflowsOf(facts: PipelineFacts): Record<string, Workflow> {
  const entries = [...githubFiles(facts)].flatMap(([path, text]): [string, Workflow][] => {
    const [, name] = workflowPath.exec(path) ?? [];
    return name === undefined ? [] : [[name, parse(text) as Workflow]];
  });
  return Object.fromEntries(entries);
}

function jobsOf(facts: PipelineFacts): [string, Job][] {
  return Object.values(workflowsOf(facts)).flatMap(({ jobs }) => Object.entries(jobs));
}

/** The job that shows what provisioning an environment would change. */
function lookAt(facts: PipelineFacts, { name, protected: isProtected }: PipelineEnvironment): Job {
  return workflowsOf(facts)['provision']!.jobs[`${isProtected ? 'plan' : 'diff'}-${name}`]!;
}

const inAzure = { resourceGroup: 'shop', name: 'shop (prod)' };

const shop: PipelineFacts = {
  folder: '',
  prefix: '',
  rebuilds: true,
  branch: 'main',
  services: ['orders', 'payments'].map((name) => ({
    name,
    root: `apps/${name}`,
    paths: [`apps/${name}/`, 'libs/money/'],
    foreignPaths: [],
    trigger: 'manual',
    variables: undefined,
    api: name === 'orders' ? 'apps/orders/openapi.yaml' : undefined,
  })),
  environments: [
    { name: 'dev', deploy: 'automatic', protected: false, aks: undefined, context: 'shop' },
    {
      ...{ name: 'pre-prod', deploy: 'automatic', protected: false, aks: inAzure, context: 'shop' },
      keyVariable: 'APIM_CHECK_KEY',
    },
    { name: 'prod', deploy: 'manual', protected: true, aks: inAzure, context: 'shop: prod' },
  ],
  node: { version: '>=20.19', file: 'package.json' },
  packageManager: npm,
  toolchains: [
    {
      language: 'dotnet',
      versions: [
        { version: '9.0.100', file: 'apps/billing/global.json' },
        { version: '10.0.100', file: 'global.json' },
      ],
      lockFiles: ['apps/billing/packages.lock.json', 'apps/rates/packages.lock.json'],
      isVerified: false,
    },
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

it.each([...githubFiles(shop).keys()])('%s is written like this', (path) => {
  expect(githubFiles(shop).get(path)).toMatchSnapshot();
});

it('offers what there is, and nothing else', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const { release, promote, rollback, provision } = workflowsOf(facts);
      const services = facts.services.map(({ name }) => name);
      const environments = facts.environments.map(({ name }) => name);
      const choices = (workflow: Workflow | undefined, input: string) =>
        workflow?.on['workflow_dispatch']?.inputs?.[input]?.options;
      expect(choices(release, 'service')).toEqual(['whatever is outdated', ...services]);
      expect(choices(provision, 'environment')).toEqual(['all environments', ...environments]);
      expect(choices(promote, 'service')).toEqual(promote && ['all services', ...services]);
      expect(choices(promote, 'to')).toEqual(promote && environments.slice(1));
      expect(choices(rollback, 'service')).toEqual(rollback && services);
      expect(choices(rollback, 'environment')).toEqual(rollback && environments);
      expect([promote === undefined, rollback === undefined]).toEqual([environments.length < 2, services.length === 0]);
    }),
    some,
  );
});

it('gives no right to a workflow, and to a job no more than it needs', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const { permissions } of Object.values(workflowsOf(facts))) expect(permissions).toEqual({});
      for (const [id, { permissions, steps }] of jobsOf(facts)) {
        expect(permissions['contents']).toBe(
          ['build', 'build-one', 'build-moved', 'package'].includes(id) ? 'write' : 'read',
        );
        const tells = ['release', 'release-one', 'release-moved'].includes(id) || /^(promote|rollback)-/.test(id);
        expect(permissions['deployments']).toBe(tells ? 'write' : undefined);
        const logsIn = steps.some(({ uses }) => uses?.startsWith('azure/login@'));
        expect(permissions['id-token']).toBe(logsIn ? 'write' : undefined);
      }
    }),
    some,
  );
});

it('lets a job into the clusters that it is about, and into no other', () => {
  const secretsOf = ({ steps }: Job) =>
    steps.flatMap(({ env }) => /secrets\.(\w+)/.exec(env?.['KUBECONFIG_TEXT'] ?? '')?.[1] ?? []);
  const expected = (environments: readonly (PipelineEnvironment | undefined)[], rights: Rights = 'deploying') =>
    environments.flatMap((each) => (each && !each.aks ? [kubeconfigSecret(each.name, rights)] : []));
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const { environments } = facts;
      const jobs = new Map(jobsOf(facts));
      const automatic = environments.filter(({ deploy }) => deploy === 'automatic');
      expect(secretsOf(jobs.get('outdated')!)).toEqual(expected(automatic, 'planning'));
      expect(secretsOf(jobs.get('release')!)).toEqual(expected(automatic));
      expect(secretsOf(jobs.get('affected')!)).toEqual([]);
      for (const [index, environment] of environments.entries()) {
        const { name } = environment;
        expect(secretsOf(lookAt(facts, environment))).toEqual(expected([environment], 'planning'));
        expect(secretsOf(jobs.get(`provision-${name}`)!)).toEqual(expected([environment], 'provisioning'));
        const promotion = jobs.get(`promote-${name}`);
        if (promotion)
          expect(secretsOf(promotion)).toEqual([
            ...expected([environment]),
            ...expected([environments[index - 1]], 'planning'),
          ]);
      }
    }),
    some,
  );
});

it('reaches a cluster only as an environment of GitHub, which can keep strangers and other branches off', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [id, { environment, steps }] of jobsOf(facts)) {
        const reaches = steps.some(({ env }) => env?.['KUBECONFIG'] !== undefined);
        const [, back] = /^rollback-(.*)$/.exec(id) ?? [];
        const isKept = facts.environments.some(({ name, protected: asks }) => asks && name === back);
        const [, name = isKept ? id : 'unattended'] = /^(?:promote|provision)-(.*)$/.exec(id) ?? [];
        const builds = ['build', 'build-one', 'build-moved'].includes(id)
          ? { name: 'build', deployment: false }
          : undefined;
        expect(environment).toEqual(reaches ? { name, deployment: false } : builds);
      }
    }),
    some,
  );
});

it('gives what may write to a protected environment to jobs behind its gates only', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const { name, deploy } of facts.environments.filter((each) => each.protected)) {
        if (deploy === 'automatic') continue;
        const writing = [kubeconfigSecret(name, 'deploying'), kubeconfigSecret(name, 'provisioning')];
        for (const [id, { environment, steps }] of jobsOf(facts)) {
          const text = JSON.stringify(steps);
          if (!writing.some((secret) => text.includes(`secrets.${secret} `))) continue;
          expect([id, [name, `rollback-${name}`]]).toEqual([id, expect.arrayContaining([environment?.name])]);
        }
      }
    }),
    some,
  );
});

it('runs what builds, and what strangers start, where no credential of a cluster is and on no runner that had one', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [id, job] of jobsOf(facts)) {
        const text = JSON.stringify(job.steps);
        const builds = job.steps.some(({ run = '' }) => / -t .*\bbuild\b|only=build/.test(run));
        if (builds) expect([id, /KUBECONFIG|azure\/use-kubelogin/.test(text)]).toEqual([id, false]);
        else if (/nx run-many -t release/.test(text)) expect(text).toContain('--exclude-task-dependencies');
        const isTrusted = job.environment !== undefined || Object.values(job.permissions).includes('write');
        const runner = isTrusted ? 'RUNNER' : 'RUNNER_CHECKS';
        expect([id, job['runs-on']]).toEqual([id, `\${{ vars.${runner} || 'ubuntu-24.04' }}`]);
        const keepsToken = job.steps.some(({ with: inputs }) => inputs?.['persist-credentials'] === true);
        if (!isTrusted) expect([id, keepsToken]).toEqual([id, false]);
        for (const { run = '', env = {} } of job.steps)
          if (/ -t (lint|toolchain)/.test(run)) expect([id, env['GITHUB_TOKEN']]).toEqual([id, undefined]);
      }
      const { ci } = workflowsOf(facts);
      expect(Object.values(ci!.jobs).map((job) => job['runs-on'])).toEqual([
        "${{ vars.RUNNER_CHECKS || 'ubuntu-24.04' }}",
      ]);
    }),
    some,
  );
});

it('runs no script of a package that is installed', () => {
  const text = githubFiles(shop).get('.github/actions/workspace/action.yml')!;
  expect(text.match(/npm ci.*/g)).toEqual(['npm ci --ignore-scripts']);
});

it('shows and applies the version and the commit that the first job chose', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const { provision } = workflowsOf(facts);
      for (const [id, { steps }] of Object.entries(provision!.jobs)) {
        const command = steps.find(({ run }) => run?.includes(':provision'));
        if (id === 'package') continue;
        expect(command!.run).toContain(' --commit="$COMMIT"');
        expect(command!.env!['COMMIT']).toBe('${{ needs.package.outputs.commit }}');
      }
    }),
    some,
  );
});

it('approves of what goes into a protected environment behind the environment of GitHub, and nowhere else', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [id, { environment, steps }] of jobsOf(facts)) {
        const approving = steps.filter(({ run }) => run?.includes('--approve'));
        const target = facts.environments.find(({ name }) => [`promote-${name}`, `provision-${name}`].includes(id));
        expect(approving).toHaveLength(target?.protected ? 1 : 0);
        if (!target) continue;
        for (const { run, env } of approving) {
          expect(run).toContain(' --approve="$PLANS"');
          expect(env?.['PLANS']).toBe(`\${{ needs.plan-${target.name}.outputs.plans }}`);
        }
        expect(environment?.name).toBe(target.name);
        const gates = steps.flatMap(({ env }) => env?.['POC_APPROVAL_GATE'] ?? []);
        expect(gates).toEqual(approving.map(() => `environment ${target.name} at GitHub`));
      }
    }),
    some,
  );
});

it('plans with what may write nothing, before a gate, and applies what was planned and nothing else', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const { promote, provision } = workflowsOf(facts);
      for (const { name } of facts.environments.filter((each) => each.protected)) {
        for (const [workflow, id] of [
          [promote, `promote-${name}`],
          [provision, `provision-${name}`],
        ] as const) {
          const [plan, gated] = [`plan-${name}`, id].map((each) => workflow?.jobs[each]);
          if (!gated) continue;
          expect(plan!.environment?.name).toBe('unattended');
          expect(JSON.stringify(plan!.steps)).toContain(' --dry-run');
          expect(JSON.stringify(plan)).not.toMatch(/secrets\.(PROVISIONING_)?KUBECONFIG/);
          expect(gated.if).toContain(`needs.plan-${name}.outputs.plans != ''`);
          const command = gated.steps.find(({ run }) => run?.includes('--approve'))!;
          // What somebody typed has chosen before the gate, and chooses no more.
          if (workflow === promote) expect(JSON.stringify(command.env)).not.toMatch(/inputs\.(tag|service)/);
        }
      }
    }),
    some,
  );
});

it('sets up languages in jobs that build and in no other, and keeps more in those that only check', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [id, { steps }] of jobsOf(facts)) {
        const setUp = steps.filter(({ uses }) => uses === `./.github/actions/${facts.prefix}toolchains`);
        const builds = steps.some(({ run }) => / -t .*\bbuild\b/.test(run ?? ''));
        expect([id, setUp.length]).toEqual([id, builds && facts.toolchains.length > 0 ? 1 : 0]);
        if (setUp.length > 0)
          expect([id, setUp[0]!.with]).toEqual([
            id,
            ['affected', 'check-one', 'check-moved'].includes(id) ? { cache: true } : undefined,
          ]);
      }
    }),
    some,
  );
});

it('sets up the languages that there are, each version by its file where there is one', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const { node, toolchains } = inRepository(facts);
      const stepsOf = (name: string): readonly Step[] => {
        const text = githubFiles(facts).get(`.github/actions/${facts.prefix}${name}/action.yml`);
        return text === undefined ? [] : (parse(text) as { runs: { steps: Step[] } }).runs.steps;
      };
      const setUp = [...stepsOf('workspace'), ...stepsOf('toolchains')].flatMap(({ uses, with: inputs }) => {
        const [, language] = /^actions\/setup-(\w+)@/.exec(uses ?? '') ?? [];
        if (language === undefined) return [];
        const [version] = Object.entries(inputs!).filter(([name]) => /-version(-file)?$|^global-json/.test(name));
        return [[language, ...version!]];
      });
      // Once more for the cache of a package manager that has to be installed first.
      const { packageManager } = facts;
      if (packageManager.program !== undefined && comparesPackages(packageManager))
        expect(setUp.splice(0, 1)).toEqual([setUp[0]]);
      expect(setUp).toEqual([
        ['node', ...(node.file === undefined ? ['node-version', node.version] : ['node-version-file', node.file])],
        ...toolchains.flatMap(({ language, versions }) =>
          versions.map(({ version, file }) => {
            const ofFile = language === 'dotnet' ? 'global-json-file' : `${language}-version-file`;
            return [language, ...(file === undefined ? [`${language}-version`, version] : [ofFile, file])];
          }),
        ),
      ]);
    }),
    some,
  );
});

it('restores nothing into a job that releases but what a lock file vouches for', () => {
  const action = parse(githubFiles(shop).get('.github/actions/toolchains/action.yml')!) as {
    inputs: { cache: { default: string } };
    runs: { steps: Step[] };
  };
  expect(action.inputs.cache.default).toBe('false');
  const caches = action.runs.steps.flatMap(({ with: inputs }) => inputs?.['cache'] ?? []);
  expect(caches).toEqual(['${{ inputs.cache }}', '${{ inputs.cache }}', 'pip']);

  const [dotnet, go, python] = shop.toolchains;
  const unpinned = { ...shop, toolchains: [dotnet!, { ...go!, lockFiles: [] }, { ...python!, isVerified: false }] };
  const text = githubFiles(unpinned).get('.github/actions/toolchains/action.yml')!;
  expect(text.match(/ cache: .*/g)).toEqual([
    ' cache: ${{ inputs.cache }}',
    ' cache: false',
    " cache: ${{ inputs.cache == 'true' && 'pip' || '' }}",
  ]);
});

it('puts no expression into a script, and runs no code that can be exchanged', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [, { steps }] of jobsOf(facts)) {
        for (const { run = '', uses = './' } of steps) {
          expect(run).not.toContain('${{');
          expect(uses).toMatch(/^\.\/|^[a-z-]+\/[a-z-]+@[0-9a-f]{40}$/);
        }
      }
    }),
    some,
  );
});

it('sets the variables that a script reads, and no others', () => {
  const readByPrograms = [
    'GITHUB_TOKEN',
    'KUBECONFIG',
    'POC_APPROVAL_GATE',
    'POC_FAILED_BUILDS',
    'APIM_CHECK_KEY',
    'KEY_2',
  ];
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [, { steps }] of jobsOf(facts)) {
        for (const { run = '', env = {} } of steps) {
          const read = [...run.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name!);
          const set = Object.keys(env).filter((name) => !readByPrograms.includes(name));
          expect(new Set(read.filter((name) => name !== 'RUNNER_TEMP'))).toEqual(new Set(set));
        }
      }
    }),
    some,
  );
});

it('gives keys to check APIs with to the steps that deploy there, and to no others', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const { environments } = facts;
      const automatic = environments.filter(({ deploy }) => deploy === 'automatic');
      for (const [id, { steps }] of jobsOf(facts)) {
        const given = steps
          .flatMap(({ env = {} }) => Object.entries(env))
          .filter(([, value]) => /secrets\./.test(value));
        const own = environments.filter(({ name }) => [`promote-${name}`, `rollback-${name}`].includes(id));
        const names = (['release', 'release-one', 'release-moved'].includes(id) ? automatic : own).flatMap(
          ({ keyVariable }) => keyVariable ?? [],
        );
        expect(new Map(given.filter(([name]) => name !== 'KUBECONFIG_TEXT'))).toEqual(
          new Map(names.map((name) => [name, `\${{ secrets.${name} }}`])),
        );
      }
    }),
    some,
  );
});

it('logs in to Azure where an environment has an instance of API Management or a cluster there', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const jobs = new Map(jobsOf(facts));
      for (const environment of facts.environments) {
        const { name, aks, hasFacade } = environment;
        for (const job of [lookAt(facts, environment), jobs.get(`provision-${name}`)!]) {
          const uses = (action: string) => job.steps.some((step) => step.uses?.startsWith(`${action}@`));
          expect([uses('azure/login'), uses('azure/use-kubelogin')]).toEqual([
            aks !== undefined || hasFacade === true,
            aks !== undefined,
          ]);
        }
      }
    }),
    some,
  );
});

it('hands the facts on as they are, whatever they look like', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const environment of facts.environments.filter(({ aks }) => aks !== undefined)) {
        const step = new Map(jobsOf(facts))
          .get(`provision-${environment.name}`)!
          .steps.find(({ env }) => env?.['CLUSTER']);
        const { aks, context } = environment;
        expect(step?.env).toEqual({ RESOURCE_GROUP: aks?.resourceGroup, CLUSTER: aks?.name, CONTEXT: context });
      }
      const [branch = ''] = workflowsOf(facts)['release']!.on['push']!.branches!;
      expect(branch.replace(/\\(.)/g, '$1')).toBe(facts.branch);
    }),
    some,
  );
});

it('has a place for lines of the team in every job, and one for all jobs', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [path, text] of githubFiles(facts)) {
        const regions = [...text.matchAll(/# region custom: (.*)\n\s*# endregion$/gm)].map(([, name]) => name);
        const jobs = workflowPath.test(path) ? Object.keys((parse(text) as Workflow).jobs) : [];
        const ofAll = path === `.github/actions/${facts.prefix}workspace/action.yml` ? ['setup'] : [];
        expect(regions).toEqual([...jobs.flatMap((id) => [`setup ${id}`, `after ${id}`]), ...ofAll]);
      }
    }),
    some,
  );
});

it('looks for builds that ran nowhere before it builds one service that somebody chose, too', () => {
  const { release } = workflowsOf(shop);
  const { 'build-one': build, outdated } = release!.jobs as Record<string, Job & { needs?: string[] }>;
  expect(build!.needs).toEqual(['outdated', 'check-one']);
  expect(outdated!.if).toBeUndefined();
  const told = build!.steps.flatMap(({ env }) => env?.['POC_FAILED_BUILDS'] ?? []);
  expect(told).toEqual(['${{ needs.outdated.outputs.failed }}']);
});

it('rebuilds by schedule where that was asked for, and in no run that a push or a person starts', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      const { release } = workflowsOf(facts);
      const rebuilding = Object.entries(release!.jobs).filter(([, job]) =>
        JSON.stringify(job.steps).includes(' --rebuild'),
      );
      expect(rebuilding.map(([id]) => id)).toEqual(facts.rebuilds ? ['build-moved'] : []);
      expect('schedule' in release!.on).toBe(facts.rebuilds);
      if (facts.rebuilds) expect(release!.jobs['check-moved']!.if).toMatch(/^github\.event_name == 'schedule' && /);
    }),
    some,
  );
});

it('starts Nx as the package manager does, with what its exit codes need', () => {
  fc.assert(
    fc.property(pipelineFactsCases, (facts) => {
      for (const [, { steps }] of jobsOf(facts))
        for (const { run = '' } of steps)
          if (/\bnx /.test(run)) expect(run.startsWith(`${runPrefix(facts.packageManager)} nx `)).toBe(true);
      for (const workflow of Object.values(workflowsOf(facts)) as (Workflow & { env: object; defaults?: object })[]) {
        expect(workflow.env).toEqual({ NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_SKIP_LOG_GROUPING: 'true' });
        const below = facts.folder === '' ? undefined : { run: { 'working-directory': facts.folder } };
        expect(workflow.defaults).toEqual(below);
      }
    }),
    some,
  );
});

it.each([
  ['npm', npm],
  ['pnpm', { name: 'pnpm', lockFile: 'pnpm-lock.yaml', program: 'pnpm@10.34.0' }],
  ['yarn', { name: 'yarn', lockFile: 'yarn.lock', program: '@yarnpkg/cli-dist@4.18.0' }],
  ['yarn 1', { name: 'yarn-classic', lockFile: 'yarn.lock', program: 'yarn@1.22.22' }],
  ['bun', { name: 'bun', lockFile: 'bun.lock', program: 'bun@1.4.4' }],
] as const)(
  'is written like this for %s, below the root of a repository, beside workflows of others',
  (_, packageManager) => {
    const files = githubFiles({ ...shop, packageManager, folder: 'web', prefix: 'services-' });
    expect([...files.keys()]).toEqual([
      '.github/actions/services-workspace/action.yml',
      ...['ci', 'release', 'provision'].map((name) => `.github/workflows/services-${name}.yml`),
      '.github/actions/services-toolchains/action.yml',
      ...['promote', 'rollback'].map((name) => `.github/workflows/services-${name}.yml`),
    ]);
    expect(files.get('.github/actions/services-workspace/action.yml')).toMatchSnapshot();
    expect(files.get('.github/workflows/services-ci.yml')).toMatchSnapshot();
  },
);

it('run Nx for the project of a service that is called otherwise', () => {
  const services = shop.services.map((each) => (each.name === 'orders' ? { ...each, project: '@shop/orders' } : each));
  const jobs = jobsOf({ ...shop, services });
  const variables = jobs.flatMap(([id, { steps }]) =>
    steps.flatMap(({ env = {} }) => [env['SERVICE'], env['PROJECTS']].flatMap((value) => (value ? [[id, value]] : []))),
  );
  const chosen = variables.filter(([, value]) => value!.includes('inputs.service'));
  expect(chosen.map(([id]) => id)).toEqual(
    expect.arrayContaining(['rollback-prod', 'plan-prod', 'build-one', 'check-one']),
  );
  for (const [, value] of chosen) expect(value).toContain("inputs.service == 'orders' && '@shop/orders'");
});
