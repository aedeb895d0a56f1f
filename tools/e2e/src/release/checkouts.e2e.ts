import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
let revision = 0;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('checkouts');
});
afterAll(() => workspace.remove());

/** Commits something to release. */
async function change(checkout: ScratchWorkspace): Promise<void> {
  checkout.edit('apps/inventory/k8s/deployment.yaml', /periodSeconds: 1\d/, `periodSeconds: 1${++revision}`);
  await checkout.commit(`feat(inventory): period ${revision}`);
}

it('a shallow clone on a detached HEAD, as CI makes them', async () => {
  await change(workspace);
  await workspace.git(['push', '--quiet']);
  const clone = await workspace.clone('shallow', ['--depth=1']);
  await clone.git(['checkout', '--quiet', '--detach']);
  expect(await clone.nxSuccessfully(['run', 'inventory:release'])).toMatch(/inventory \d{8}-1: runs in preprod/);
});

it('fetches what a shallow clone lacks', async () => {
  workspace.write('docs/later.md', '# Later\n');
  await workspace.commit('docs: later');
  await workspace.git(['push', '--quiet']);
  const clone = await workspace.clone('shallow again', ['--depth=1']);
  expect(await clone.nxSuccessfully(['run', 'inventory:release'])).toMatch(/inventory \d{8}-1: nothing to do/);
});

it('a worktree, from a subfolder', async () => {
  await workspace.git(['worktree', 'add', '--quiet', '-b', 'side', '../work tree']);
  const worktree = workspace.at(`${workspace.folder}/../work tree`);
  worktree.linkPackages();
  await change(worktree);
  const refused = await worktree.nx(['run', 'inventory:release'], { cwd: 'apps/inventory' });
  expect(refused).toMatchObject({ code: 2, output: expect.stringMatching(/is not part of main at the origin/) });
  await worktree.git(['push', '--quiet', 'origin', 'HEAD:main']);
  const output = await worktree.nxSuccessfully(['run', 'inventory:release'], { cwd: 'apps/inventory' });
  expect(output).toMatch(/inventory \d{8}-2: runs in preprod/);
});

it('no origin at all, with a warning', async () => {
  const clone = await workspace.clone('alone');
  await clone.git(['remote', 'remove', 'origin']);
  await change(clone);
  const output = await clone.nxSuccessfully(['run', 'inventory:release', '--env=dev']);
  expect(output).toMatch(/inventory \d{8}-\d+: runs in dev/);
  expect(output).toContain('there is no remote "origin"');
});

it('a dirty working tree where the environment permits it, marked', async () => {
  const clone = await workspace.clone('dirty');
  clone.edit('apps/inventory/k8s/deployment.yaml', /periodSeconds: 1\d/, 'periodSeconds: 19');
  const output = await clone.nxSuccessfully(['run', 'inventory:release', '--env=dev', '--allow-dirty']);
  const number = /inventory (\d{8}-\d+): runs in dev/.exec(output)?.[1];
  expect(
    await clone.git(['for-each-ref', `refs/tags/inventory-${number}`, '--format=%(contents)'], clone.origin),
  ).toContain('Dirty: true');
  const { code, output: refusal } = await clone.nx(['run', 'inventory:k8s-deploy', '--env=preprod', `--tag=${number}`]);
  expect(refusal).toContain('preprod does not accept builds of uncommitted changes');
  expect(code).toBe(2);
});
