import type { ProjectGraph } from '@nx/devkit';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GitRepository } from '../git/git-repository.ts';
import { contentHash } from './content.ts';
import { refuseForeignLinks } from './foreign-links.ts';
import { serviceIn } from './service.ts';

const graph = {
  nodes: { orders: { type: 'app', name: 'orders', data: { root: 'apps/orders' } } },
  dependencies: {},
} as unknown as ProjectGraph;
const namedInputs = { production: ['{projectRoot}/**/*', '!{projectRoot}/tests/**'] };
const service = serviceIn(graph, { namedInputs }, 'orders');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'links-'));
  git('init', '--quiet');
  write('apps/orders/Dockerfile', 'FROM scratch');
  write('apps/orders/k8s/deployment.yaml', 'kind: Deployment');
  write('shared/policy.yaml', 'one');
});
afterEach(() => rmSync(root, { recursive: true }));

function git(...args: readonly string[]): string {
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com'];
  return execFileSync('git', [...who, ...args], { cwd: root, encoding: 'utf8' }).trim();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

/** Hash of the content of a new commit of all there is; the working tree has the same. */
async function hashOfCommit(): Promise<string> {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'change');
  const commit = git('rev-parse', 'HEAD');
  const hash = await contentHash(service, new GitRepository(root), { commit });
  expect(await contentHash(service, new GitRepository(root), 'working-tree')).toBe(hash);
  return hash;
}

const refuse = () => refuseForeignLinks(service, new GitRepository(root));

describe('contentHash', () => {
  it.each([
    ['a manifest', 'apps/orders/k8s/policy.yaml', '../../../shared/policy.yaml'],
    ['a folder of manifests', 'apps/orders/k8s/shared', '../../../shared'],
    ['a source', 'apps/orders/src/policy.yaml', '../../../shared/policy.yaml'],
  ])('changes with the file that a link stands for: %s', async (_, path, target) => {
    link(path, target);
    const before = await hashOfCommit();
    expect(await hashOfCommit()).toBe(before);
    write('shared/policy.yaml', 'two');
    expect(await hashOfCommit()).not.toBe(before);
  });

  it('changes with manifests that are all in a folder elsewhere', async () => {
    rmSync(join(root, 'apps/orders/k8s'), { recursive: true });
    link('apps/orders/k8s', '../../shared');
    const before = await hashOfCommit();
    write('shared/policy.yaml', 'two');
    expect(await hashOfCommit()).not.toBe(before);
  });

  it('stays where a link leads to what is content anyway, or is no content itself', async () => {
    const before = await hashOfCommit();
    link('apps/orders/tests/policy.yaml', '../../../shared/policy.yaml');
    expect(await hashOfCommit()).toBe(before);
  });
});

describe('refuseForeignLinks', () => {
  it('accepts links to files of the workspace, and any outside the content', async () => {
    link('apps/orders/k8s/policy.yaml', '../../../shared/policy.yaml');
    link('apps/orders/k8s/shared', '../../../shared');
    link('apps/orders/tests/host', '/etc/hostname');
    link('apps/orders/src/later.ts', 'not-there.ts');
    await expect(refuse()).resolves.toBeUndefined();
  });

  it.each([
    ['apps/orders/k8s/host.yaml', '/etc/hostname', 'which is not in this workspace'],
    ['apps/orders/src/host', '../../../../outside', 'which is not in this workspace'],
    ['apps/orders/k8s/none.yaml', 'not-there.yaml', 'which is no file that git keeps'],
  ])('refuses %s', async (path, target, why) => {
    link(path, target);
    await expect(refuse()).rejects.toMatchObject({
      facts: { type: 'foreign-link', reason: `${path} is a symbolic link to ${target}, ${why}.` },
    });
  });
});
