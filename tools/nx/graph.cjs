// Nx's door to the graph plugin (nx.json).
const { loadBundle } = require('./bundle.cjs');

const entry = `
export * from './index.ts';
export { preTasksExecution } from './nx/graph/task-hooks/pre-tasks-execution.ts';`;
const graph = loadBundle('graph', entry, [
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
]);

module.exports = {
  ...graph,
  preTasksExecution: (_options, context) =>
    graph.preTasksExecution(context, () => require('./executors.cjs').checkBeforehand),
};
