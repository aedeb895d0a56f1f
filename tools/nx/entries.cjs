// What is bundled of the plugin's sources: here at run time (bundle.cjs), and for the package by tools/package.
// `entry` is a module that exports what is wanted, written as if it lay in the plugin's `src`; `folders` hold its sources,
// relative to there: whatever changes in them makes another bundle.

exports.graph = {
  entry: `
export * from './index.ts';
export { preTasksExecution } from './nx/graph/task-hooks/pre-tasks-execution.ts';`,
  folders: [
    'nx/graph',
    'model/changes/dependencies',
    'model/manifests/source',
    'model/errors',
    'model/product',
    'model/references',
    'model/secrets',
    'model/text',
    'model/toolchains',
    'model/workspace',
  ],
};

exports.executors = {
  entry: "export * from './nx/executors/index.ts';",
  folders: ['.', '../schemas'],
};

exports.tools = {
  entry: "export * from './adapters/toolchains/local-tools.ts';",
  folders: ['adapters/toolchains', 'adapters/process', 'model/toolchains', 'ports'],
};

// Asked by tools/scratch-workspace, which does what Nx does after the last task.
exports['exit-code'] = {
  entry: "export * from './nx/graph/task-hooks/exit-code.ts';",
  folders: ['nx/graph', 'model/product'],
};
