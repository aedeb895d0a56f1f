import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { githubFiles } from '../../../plugin/src/model/pipelines/github/github-files.ts';
import { npm } from '../../../plugin/src/model/pipelines/package-manager.ts';
import type { PipelineFacts } from '../../../plugin/src/model/pipelines/pipeline-facts.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { GitHubRepository } from '../../../simulators/src/github/github-runner.ts';
import { installedPythons } from '../../../simulators/src/tool-cache.ts';

// act is built once.
jest.setTimeout(10 * 60_000);

/** A Python that this machine has: another than that on the PATH, where there is one. */
const python = installedPythons()[0]?.replace(/\.\d+$/, '') ?? '3';
const folder = mkdtempSync(join(tmpdir(), 'poc toolchains '));
let server: Server;
let repository: GitHubRepository;

beforeAll(async () => {
  // All that git needs of a server to clone a whole repository is its files.
  server = createServer(({ url = '' }, response) => {
    const path = join(folder, new URL(url, 'http://localhost').pathname);
    if (existsSync(path) && statSync(path).isFile()) response.end(readFileSync(path));
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
beforeEach(() => {
  const { port } = server.address() as AddressInfo;
  repository = new GitHubRepository({
    server: `http://127.0.0.1:${port}`,
    api: '',
    repository: 'acme/shop',
    token: 'none',
    secrets: {},
    packages: folder,
  });
});
afterEach(() => repository.remove());
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const facts: PipelineFacts = {
  branch: 'main',
  services: [],
  environments: [],
  node: { version: '>=20.19', file: 'package.json' },
  packageManager: npm,
  folder: '',
  prefix: '',
  rebuilds: false,
  toolchains: [
    {
      language: 'go',
      versions: [{ version: '1.24.0', file: 'apps/rates/go.mod' }],
      lockFiles: ['apps/rates/go.sum'],
      isVerified: false,
    },
    {
      language: 'python',
      versions: [{ version: python, file: 'apps/labels/.python-version' }],
      lockFiles: ['apps/labels/requirements.lock'],
      isVerified: true,
    },
  ],
};

const workflow = `
on: workflow_dispatch
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v6
        with: { fetch-depth: 0 }
      - uses: ./.github/actions/workspace
      - uses: ./.github/actions/toolchains
        with: { cache: true }
      - run: node --version && go version && python3 --version
`;

/** Runs a job that sets up the languages of a repository with these files. */
async function runWith(own: Readonly<Record<string, string>> = {}) {
  const files = {
    ...Object.fromEntries([...githubFiles(facts)].filter(([path]) => path.endsWith('action.yml'))),
    '.github/workflows/build.yml': workflow,
    'package.json': '{ "engines": { "node": ">=20.19" } }',
    'package-lock.json': '{}',
    'apps/rates/go.mod': 'module rates\n\ngo 1.24\n',
    'apps/rates/go.sum': '',
    'apps/labels/.python-version': `${python}\n`,
    'apps/labels/requirements.lock': '',
    ...own,
  };
  const checkout = mkdtempSync(join(folder, 'checkout-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  const git = (...args: string[]) => runSuccessfully('git', args, { cwd: checkout });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', 'commit', '--quiet', '--message=one');
  for (const name of ['shop', 'shop.git']) {
    const origin = join(folder, 'acme', name);
    rmSync(origin, { recursive: true, force: true });
    await git('clone', '--quiet', '--bare', '.', origin);
    await git('--git-dir', origin, 'update-server-info');
  }
  return repository.run('build.yml', { inputs: {} });
}

it('sets up the languages that the generated actions name', async () => {
  const { isSuccess, log } = await runWith();
  if (!isSuccess) throw new Error(log);
  expect(log).toMatch(/go version go1\.\d+/);
  expect(log).toMatch(new RegExp(`\\] Python ${python}[.\\d]+$`, 'm'));
  expect(log).toMatch(/node \S+ is >=20\.19, cache npm/);
  expect(log).toMatch(/go \S+ is 1\.24, cache true/);
  expect(log).toContain(` is ${python}, cache pip`);
});

it.each([
  ['a Go that is not there yet', { 'apps/rates/go.mod': 'module rates\n\ngo 1.999\n' }, 'and not 1.999.'],
  ['a Python that is not there', { 'apps/labels/.python-version': '3.99\n' }, 'and not 3.99.'],
  ['another Node.js', { 'package.json': '{ "engines": { "node": ">=99" } }' }, 'and not >=99.'],
])('fails where a file wants %s', async (_, own, message) => {
  const { isSuccess, log } = await runWith(own);
  expect([isSuccess, log]).toEqual([false, expect.stringContaining(message)]);
});
