// Loaded by every Nx command: re-exports the graph plugin and nothing else.
export { createNodes } from './graph/create-nodes.ts';
export { postTasksExecution } from './graph/post-tasks-execution.ts';
