import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Refusal } from '../errors/product-error.ts';
import { azureFiles } from './azure/azure-files.ts';
import { githubFiles } from './github/github-files.ts';
import { findPackageManager, installCommand, programCommand } from './package-manager.ts';
import type { PipelineFacts } from './pipeline-facts.ts';

/** A lock file that its package manager wrote. */
const recorded = (folder: string, file: string) =>
  readFileSync(join(__dirname, '../../nx/graph/packages/recorded', folder, 'after', file), 'utf8');

const find = (files: Readonly<Record<string, string>>) => findPackageManager((path) => files[path]);

const nodeModules = { '.yarnrc.yml': 'nodeLinker: node-modules' };

/** For each: its files, the package by which it is installed where package.json says no version, and what it installs with. */
const cases = [
  ['npm', 'package-lock.json', undefined, 'npm ci --ignore-scripts', 'npm'],
  ['shrinkwrap', 'npm-shrinkwrap.json', undefined, 'npm ci --ignore-scripts', 'npm'],
  ['pnpm', 'pnpm-lock.yaml', 'pnpm@10', 'pnpm install --frozen-lockfile --ignore-scripts', 'pnpm'],
  ['yarn-1', 'yarn.lock', 'yarn@1', 'yarn install --frozen-lockfile --ignore-scripts', undefined],
  ['yarn-4', 'yarn.lock', '@yarnpkg/cli-dist@4', 'yarn install --immutable --mode=skip-build', 'yarn'],
  ['bun', 'bun.lock', 'bun@1', 'bun install --frozen-lockfile --ignore-scripts', undefined],
] as const;

interface Step {
  readonly task?: string;
  readonly script?: string;
  readonly run?: string;
  readonly inputs?: { readonly key?: string };
  readonly with?: { readonly cache?: string };
}

const nowhere = { variables: undefined, api: undefined };

it.each(cases)('installs what a lock file of %s has', (folder, lockFile, program, install, cache) => {
  const packageManager = find({ ...nodeModules, [lockFile]: recorded(folder, lockFile) });
  expect(packageManager).toMatchObject({ lockFile, program });
  expect(installCommand(packageManager)).toBe(install);

  const facts: PipelineFacts = {
    ...{ folder: '', prefix: '', rebuilds: false, branch: 'main' },
    services: [{ ...nowhere, name: 'orders', root: 'apps/orders', paths: [], foreignPaths: [], trigger: 'manual' }],
    environments: [{ name: 'dev', deploy: 'automatic', protected: false, aks: undefined, context: 'shop' }],
    node: { version: '24.x', file: undefined },
    packageManager,
    toolchains: [],
  };
  const action = parse(githubFiles(facts).get('.github/actions/workspace/action.yml')!) as { runs: { steps: Step[] } };
  const { steps } = action.runs;
  const isInstalled = program === undefined ? [] : [programCommand(packageManager)];
  expect(steps.flatMap(({ run }) => run ?? [])).toEqual([...isInstalled, install]);
  expect(steps.flatMap((step) => step.with?.cache ?? [])).toEqual(cache === undefined ? [] : [cache]);
  // Node.js first, then the package manager, which is asked where its cache is.
  // Bun's package is a stand-in until its own script has run.
  const scripts = folder === 'bun' ? '--ignore-scripts=false' : '--ignore-scripts';
  if (program !== undefined) expect(steps[1]!.run).toBe(`npm install --global ${scripts} ${program}`);

  const texts = [...azureFiles(facts).values()].filter((text) => text.includes('Install packages'));
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) {
    expect(text).toContain(`- script: ${install}\n`);
    expect(text.includes(`| ${lockFile}`)).toBe(cache !== undefined);
    if (program !== undefined) expect(text.indexOf(program)).toBeLessThan(text.indexOf(`- script: ${install}`));
    if (packageManager.name !== 'npm') expect(text).not.toMatch(/npm ci|package-lock/);
  }
});

it.each([
  [
    'pnpm-lock.yaml',
    { packageManager: 'pnpm@9.15.9+sha512.68046141893c66fad01c079231128e9afb89ef87e2691d69' },
    'pnpm@9.15.9',
  ],
  ['pnpm-lock.yaml', { packageManager: 'yarn@4.9.1' }, 'pnpm@10'],
  ['pnpm-lock.yaml', { devEngines: { packageManager: [{ name: 'pnpm', version: '^9.1.0' }] } }, 'pnpm@^9.1.0'],
  ['pnpm-lock.yaml', { devEngines: { packageManager: { name: 'pnpm', version: '9; echo x' } } }, 'pnpm@10'],
  ['yarn.lock', { packageManager: 'yarn@4.9.1' }, '@yarnpkg/cli-dist@4.9.1'],
  ['bun.lock', { packageManager: 'bun@1.3.0' }, 'bun@1.3.0'],
])('installs the package manager of %s in the version that %j says', (lockFile, manifest, program) => {
  const files = {
    ...nodeModules,
    'yarn.lock': '__metadata:\n  version: 8\n',
    'package.json': JSON.stringify(manifest),
  };
  const { 'yarn.lock': yarn, ...others } = files;
  expect(find({ ...others, [lockFile]: lockFile === 'yarn.lock' ? yarn : '' }).program).toBe(program);
});

it.each([
  ["lockfileVersion: '6.0'\n", 'pnpm@8'],
  ['lockfileVersion: 5.4\n', 'pnpm@7'],
])('knows by a lock file of %j that it is of %s', (text, program) => {
  expect(find({ 'pnpm-lock.yaml': text }).program).toBe(program);
});

it("refuses Yarn's Plug'n'Play, with which Nx is not in node_modules", () => {
  const lock = { 'yarn.lock': recorded('yarn-4', 'yarn.lock') };
  expect(() => find(lock)).toThrow(Refusal);
  expect(() => find({ ...lock, '.yarnrc.yml': 'nodeLinker: pnp' })).toThrow(Refusal);
  expect(find({ ...lock, '.yarnrc.yml': 'nodeLinker: pnpm' }).name).toBe('yarn');
});
