/*
 * The door of the graph plugin: what Nx calls, by these names, of the plugin that nx.json lists (./tools/nx/graph.cjs,
 * which bundles this file).
 *
 * - `createNodes`: in every command, while Nx makes its project graph. Infers the targets of services and environments.
 * - `createDependencies`: after it. Finds what projects need of each other in the files of Go, Python and .NET.
 * - `postTasksExecution`: after the last task of a command. Prints what Nx hides, and sets the exit codes 1, 2 and 3.
 * - `preTasksExecution`, before the first task, is exported by tools/nx/graph.cjs: the checks that it makes are loaded when
 *   they are needed.
 *
 * Nothing else is exported, because everything here is loaded by every Nx command. Executors are not found here but by
 * tools/nx/executors.json, generators by tools/plugin/generators.json. How a command goes on from here:
 * docs/architecture.md.
 */
export { createNodes } from './nx/graph/create-nodes.ts';
export { createDependencies } from './nx/graph/references/create-dependencies.ts';
export { postTasksExecution } from './nx/graph/task-hooks/post-tasks-execution.ts';
