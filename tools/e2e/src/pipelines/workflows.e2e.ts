import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { githubFiles } from '../../../plugin/src/model/pipelines/github/github-files.ts';
import { pipelineFactsCases } from '../../../contracts/src/pipeline-facts-cases.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import type { PackageManager } from '../../../plugin/src/model/pipelines/package-manager.ts';
import type { PipelineFacts } from '../../../plugin/src/model/pipelines/pipeline-facts.ts';
import { misspellings } from './misspelt-keys.ts';
import { wholeShop } from './whole-shop.ts';
import { askActionlint, askZizmor, type Files } from './workflow-checks.ts';

/** Workflows, actions and settings of this repository. */
const ours: Files = new Map(
  readdirSync(join(repositoryRoot, '.github'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(repositoryRoot.length + 1))
    .map((path) => [path, readFileSync(join(repositoryRoot, path), 'utf8')]),
);
const settings = '.github/zizmor.yml';
const isWorkflow = (path: string) => path.startsWith('.github/workflows/');

/** Workflows of workspaces of all kinds, side by side in one. */
function ofRandomWorkspaces(count: number): Files {
  const files = new Map([[settings, ours.get(settings)!]]);
  for (const [index, facts] of fc.sample(pipelineFactsCases, count).entries()) {
    for (const [path, text] of githubFiles(facts))
      files.set(isWorkflow(path) ? path.replace('workflows/', `workflows/${index}-`) : path, text);
  }
  return files;
}

it('actionlint has nothing against the workflows of this repository', async () => {
  expect([...ours.keys()].filter(isWorkflow)).toContain('.github/workflows/release.yml');
  expect(await askActionlint(ours)).toEqual([]);
});

it('zizmor has nothing against the workflows of this repository', async () => {
  expect(await askZizmor(ours)).toMatchObject({ code: 0 });
});

it('nor has either against those of any other workspace', async () => {
  const files = ofRandomWorkspaces(40);
  expect(await askActionlint(files)).toEqual([]);
  expect(await askZizmor(files)).toMatchObject({ code: 0 });
});

/** What everything occurs in that can occur. */
const shop: PipelineFacts = {
  ...wholeShop,
  services: [
    {
      name: 'orders',
      root: 'apps/orders',
      paths: [],
      foreignPaths: [],
      trigger: 'manual',
      variables: undefined,
      api: 'apps/orders/openapi.yaml',
    },
  ],
};
const ofShop = githubFiles(shop);

it.each<PackageManager>([
  { name: 'pnpm', lockFile: 'pnpm-lock.yaml', program: 'pnpm@^9.15.9' },
  { name: 'yarn', lockFile: 'yarn.lock', program: '@yarnpkg/cli-dist@4' },
  { name: 'yarn-classic', lockFile: 'yarn.lock', program: 'yarn@1.22.22' },
  { name: 'bun', lockFile: 'bun.lock', program: 'bun@1' },
])('nor has either against installing with $name', async (packageManager) => {
  const files = new Map([[settings, ours.get(settings)!], ...githubFiles({ ...shop, packageManager })]);
  expect(await askActionlint(files)).toEqual([]);
  expect(await askZizmor(files)).toMatchObject({ code: 0 });
});

/** Names that a workflow gives itself: of jobs and variables. github-files.spec.ts sees that scripts read those that are set. */
const ownName = /\.jobs\.[^.]+$|\.env\.[^.]+$/;
/** The input of an action that actionlint does not know. */
const unknownInput = /\.with\.kubelogin-version$/;

it('a misspelt key is refused, whichever it is', async () => {
  const mutants = new Map<string, string>();
  for (const [file, text] of [...ofShop].filter(([path]) => isWorkflow(path))) {
    for (const { path, text: misspelt } of misspellings(text)) mutants.set(file.replace(/yml$/, path), misspelt);
  }
  expect(mutants.size).toBeGreaterThan(400);
  const files = new Map([...ofShop, ...[...mutants].map(([path, text]) => [`${path}.yml`, text] as const)]);
  const refused = new Set((await askActionlint(files)).map(({ file }) => file));
  const passed = [...mutants.keys()].filter((path) => !refused.has(`${path}.yml`));
  expect(passed.filter((path) => !ownName.test(path) && !unknownInput.test(path))).toEqual([]);
});

it.each(['workspace', 'toolchains'])('a misspelt key of the action %s is refused', async (name) => {
  const path = `.github/actions/${name}/action.yml`;
  const text = ofShop.get(path)!;
  const complaints = (action: string) => {
    // actionlint looks at an action's head where a workflow uses it, and at steps in workflows only.
    const [, steps = ''] = action.split(/^ {2}steps:$/m);
    const inputs = 'on: { workflow_call: { inputs: { cache: { type: string } } } }';
    const job = `${inputs}\njobs:\n  steps:\n    runs-on: ubuntu-24.04\n    steps:${steps}`;
    return askActionlint(new Map([...ofShop, [path, action], ['.github/workflows/steps.yml', job]]));
  };
  expect(await complaints(text)).toEqual([]);
  const passed: string[] = [];
  for (const { path: key, text: misspelt } of misspellings(text))
    if ((await complaints(misspelt)).length === 0) passed.push(key);
  expect(passed).toEqual([]);
});

it.each([
  ['an expression in a script', 'rollback', '"$TAG"', '"${{ inputs.tag }}"'],
  ['an action that is named by a tag', 'rollback', /@[0-9a-f]{40} # v6\.0\.2/, '@v6.0.2'],
  ['a token that may do everything', 'rollback', /permissions:\n( {6}.*\n)+/, 'permissions: write-all\n'],
  ['no word on what happens to the token', 'rollback', 'persist-credentials: true', 'fetch-depth: 1'],
  ['a trigger that gives strangers secrets', 'ci', 'pull_request:', 'pull_request_target:'],
])('%s is refused', async (_, workflow, from, to) => {
  const path = `.github/workflows/${workflow}.yml`;
  const before = ours.get(path)!;
  const text = before.replace(from, to);
  expect(text).not.toBe(before);
  expect((await askZizmor(new Map([...ours, [path, text]]))).code).toBeGreaterThan(10);
});
