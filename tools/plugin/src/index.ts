// Loaded by every Nx command: re-exports the graph plugin and nothing else. tools/nx/graph.cjs gives preTasksExecution its
// checks, which are loaded when they are needed.
export { createNodes } from './nx/graph/create-nodes.ts';
export { postTasksExecution } from './nx/graph/post-tasks-execution.ts';
