// Loaded by every Nx command: re-exports the graph plugin and nothing else.
export { createNodes } from './nx/graph/create-nodes.ts';
export { preTasksExecution } from './nx/graph/pre-tasks-execution.ts';
export { postTasksExecution } from './nx/graph/post-tasks-execution.ts';
