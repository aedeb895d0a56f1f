// Nx's door to the graph plugin (nx.json).
const { loadBundle } = require('./bundle.cjs');

const graph = loadBundle('graph');

module.exports = {
  ...graph,
  preTasksExecution: (_options, context) =>
    graph.preTasksExecution(context, () => require('./executors.cjs').checkBeforehand),
};
