import type { ScratchWorkspace } from '../../scratch-workspace/src/scratch-workspace.ts';

/**
 * Gives projects two targets that do nothing, to know what Nx itself takes: `noop`, which Nx ends without a process of its
 * own, and `idle`, a task of an executor, for which it starts one.
 */
export function addIdleTargets(workspace: ScratchWorkspace, folders: readonly string[]): void {
  const executors = JSON.parse(workspace.read('tools/nx/executors.json')) as { executors: Record<string, object> };
  executors.executors['idle'] = {
    implementation: './idle.cjs#one',
    batchImplementation: './idle.cjs#many',
    preferBatch: true,
    schema: '../plugin/src/nx/executors/service/status/schema.json',
  };
  workspace.write('tools/nx/executors.json', JSON.stringify(executors));
  workspace.write(
    'tools/nx/idle.cjs',
    `exports.one = async () => ({ success: true });
exports.many = async ({ tasks }) => Object.fromEntries(Object.keys(tasks).map((id) => [id, { success: true, terminalOutput: '' }]));
`,
  );
  for (const folder of folders) {
    const path = `${folder}/project.json`;
    const project = JSON.parse(workspace.read(path)) as { targets?: Record<string, unknown> };
    const targets = { ...project.targets, noop: { executor: 'nx:noop' }, idle: { executor: './tools/nx:idle' } };
    workspace.write(path, JSON.stringify({ ...project, targets }, undefined, 2));
  }
}
