import fc from 'fast-check';
import { npm, type PackageManager } from '../../plugin/src/model/pipelines/package-manager.ts';
import type {
  PipelineEnvironment,
  PipelineFacts,
  PipelineService,
  PipelineToolchain,
  PipelineVersion,
} from '../../plugin/src/model/pipelines/pipeline-facts.ts';

/** Names as services and environments have them, and those that YAML reads as something else. */
const names = fc.oneof(
  fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/),
  fc.constantFrom('true', 'null', 'on', 'y'),
);

/** Texts that somebody may have given something in Azure or in a kubeconfig. */
const texts = fc.stringMatching(/^[A-Za-z0-9(][A-Za-z0-9 ._():#'"@&*!%{}[\]|>,?~ü-]{0,30}$/);

function serviceNamed(name: string): fc.Arbitrary<PipelineService> {
  return fc.constantFrom(`apps/${name}`, name, `shop/backend/${name}-service`).chain((root) => serviceIn(name, root));
}

function serviceIn(name: string, root: string): fc.Arbitrary<PipelineService> {
  return fc.record({
    name: fc.constant(name),
    project: fc.option(fc.constantFrom(`@shop/${name}`, `${name}-app`), { nil: undefined }),
    root: fc.constant(root),
    paths: fc.constant([`${root}/`]),
    foreignPaths: fc.constant([]),
    trigger: fc.constantFrom('manual' as const, 'paths' as const),
    variables: fc.option(fc.constant(`${root}/pipeline.variables.yml`), { nil: undefined }),
    api: fc.option(fc.constant(`${root}/openapi.yaml`), { nil: undefined }),
  });
}

function environmentNamed(name: string): fc.Arbitrary<PipelineEnvironment> {
  return fc.record({
    name: fc.constant(name),
    deploy: fc.constantFrom('automatic' as const, 'manual' as const),
    protected: fc.boolean(),
    aks: fc.option(fc.record({ resourceGroup: texts, name: texts }), { nil: undefined }),
    context: texts,
    hasFacade: fc.boolean(),
    keyVariable: fc.option(fc.constantFrom('APIM_CHECK_KEY', 'KEY_2'), { nil: undefined }),
  });
}

function versionIn(file: string, versions: readonly string[]): fc.Arbitrary<PipelineVersion> {
  return fc.record({
    version: fc.constantFrom(...versions),
    file: fc.option(fc.constant(file), { nil: undefined }),
  });
}

function toolchainOf(
  language: PipelineToolchain['language'],
  versions: fc.Arbitrary<PipelineVersion[]>,
  lockFile: string,
): fc.Arbitrary<PipelineToolchain> {
  const lockFiles = ['a', "it's"].map((name) => `apps/${name}/${lockFile}`);
  return fc.record({
    language: fc.constant(language),
    versions,
    lockFiles: fc.subarray(lockFiles),
    isVerified: fc.boolean(),
  });
}

/** Languages of all kinds, each at most once. */
const toolchains = fc
  .tuple(
    toolchainOf(
      'dotnet',
      fc.uniqueArray(versionIn('global.json', ['10.0.100', '9.0.x']), { minLength: 1, maxLength: 2 }),
      'packages.lock.json',
    ),
    toolchainOf('go', fc.tuple(versionIn('apps/a/go.mod', ['1.24.0', '1.26.3'])), 'go.sum'),
    toolchainOf(
      'python',
      fc.tuple(versionIn('apps/a/.python-version', ['3.10', '3.12.4', '3.x'])),
      'requirements.lock',
    ),
  )
  .chain((all) => fc.subarray(all));

function each<T>(list: readonly string[], make: (name: string) => fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.tuple(...list.map(make));
}

const packageManagers: readonly PackageManager[] = [
  npm,
  { name: 'npm', lockFile: 'npm-shrinkwrap.json', program: undefined },
  { name: 'pnpm', lockFile: 'pnpm-lock.yaml', program: 'pnpm@9.15.9' },
  { name: 'yarn', lockFile: 'yarn.lock', program: '@yarnpkg/cli-dist@4' },
  { name: 'yarn-classic', lockFile: 'yarn.lock', program: 'yarn@1.22.22' },
  { name: 'bun', lockFile: 'bun.lock', program: 'bun@1' },
];

/** Workspaces of all kinds, as their pipelines see them. */
export const pipelineFactsCases: fc.Arbitrary<PipelineFacts> = fc
  .record({
    services: fc.uniqueArray(names, { maxLength: 6 }),
    environments: fc.uniqueArray(names, { minLength: 1, maxLength: 4 }),
    branch: fc.constantFrom('main', 'master', 'release/1.0', "ada's", 'c++', '#1', '!', 'x]'),
  })
  .chain(({ services, environments, branch }) =>
    fc.record({
      folder: fc.constantFrom('', '', 'web', 'code/shop'),
      prefix: fc.constantFrom('', '', 'services-'),
      rebuilds: fc.boolean(),
      services: each(services.toSorted(), serviceNamed),
      environments: each(environments, environmentNamed),
      branch: fc.constant(branch),
      node: versionIn('.nvmrc', ['24.x', '>=20.19', '22']),
      packageManager: fc.constantFrom(...packageManagers),
      toolchains,
    }),
  );
