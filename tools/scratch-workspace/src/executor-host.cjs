// Does what Nx's batch process does (nx/src/tasks-runner/batch/run-batch), for one task after the other: with Nx's own
// reading of the graph and of options, and the plugin's bundle as Nx loads it. To start Nx and that process for each of
// them takes 1.5 s of processor time. Asked over standard input, a line of JSON each; ends with its input.
const { createInterface } = require('node:readline');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const root = process.cwd();
const workspace = createRequire(join(root, 'package.json'));
// By path: the package exports none of these.
const nx = (path) => require(join(root, 'node_modules/nx/dist/src', `${path}.js`));
const { createOverrides } = nx('utils/command-line-utils');
const { combineOptionsForExecutor } = nx('utils/params');
const { parseExecutor, getExecutorInformation } = nx('command-line/run/executor-utils');
const { createProjectGraphAsync, readProjectsConfigurationFromProjectGraph } = nx('project-graph/project-graph');
const { resetWorkspaceContext } = nx('utils/workspace-context');
const { readNxJson } = nx('config/configuration');
const { loadBundle } = workspace('./tools/nx/bundle.cjs');
const { exitCodeOf } = loadBundle('exit-code');

process.env.NX_CLI_SET = 'true';
process.env.NX_NATIVE_COMMAND_RUNNER = 'false'; // Commands write to this process's outputs.
let projectGraph;

/** Runs a task, after those of its project that it depends on. @returns what `nx run` would end with. */
async function run({ project, target, argv, isFresh }) {
  if (isFresh) {
    resetWorkspaceContext(); // It keeps the list of files.
    projectGraph = await createProjectGraphAsync({ exitOnError: false });
  }
  const { projects } = readProjectsConfigurationFromProjectGraph(projectGraph);
  const context = {
    root,
    cwd: root,
    projectsConfigurations: { projects },
    nxJsonConfiguration: readNxJson(),
    projectGraph,
  };
  const { targets } = projects[project];
  for (const first of targets[target].dependsOn ?? []) {
    if (typeof first !== 'string' || !(first in targets)) continue; // Of other projects: they have no builds here.
    const { executor, options } = executorOf(targets[first], [], projects);
    const { success } = await executor.implementationFactory()(options, {
      ...context,
      projectName: project,
      isVerbose: false,
    });
    if (!success) return 1;
  }
  return runBatch({ project, target, argv }, { ...context, isVerbose: false });
}

function executorOf(configuration, argv, projects) {
  const [nodeModule, name] = parseExecutor(configuration.executor);
  const executor = getExecutorInformation(nodeModule, name, root, projects);
  const overrides = createOverrides(argv);
  const options = combineOptionsForExecutor(overrides, undefined, configuration, executor.schema, null, root);
  return { executor, overrides, options };
}

async function runBatch({ project, target, argv }, context) {
  const { projects } = context.projectsConfigurations;
  const { executor, overrides, options } = executorOf(projects[project].targets[target], argv, projects);
  const id = `${project}:${target}`;
  const tasks = { [id]: { id, target: { project, target }, overrides, outputs: [] } };
  const taskGraph = { tasks, roots: [id], dependencies: { [id]: [] }, continuousDependencies: { [id]: [] } };
  const batch = executor.batchImplementationFactory();
  for await (const { result } of batch(taskGraph, { [id]: options }, overrides, { ...context, taskGraph })) {
    const { success, terminalOutput } = result;
    process.stdout.write(terminalOutput);
    return exitCodeOf([{ status: success ? 'success' : 'failure', terminalOutput }]) ?? 0;
  }
  throw new Error(`${id} has no result.`);
}

/** Runs a task with variables of its own. */
async function runWith({ env, ...request }) {
  const before = { ...process.env };
  for (const [name, value] of Object.entries(env)) {
    if (value === null) delete process.env[name];
    else process.env[name] = value;
  }
  try {
    return await run(request);
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    let end;
    try {
      end = { code: await runWith(JSON.parse(line)) };
    } catch (error) {
      end = { error: error.stack };
    }
    // At the end of both outputs, so that whoever reads them knows that there is no more.
    process.stderr.write('\0');
    process.stdout.write(`\0${JSON.stringify(end)}\n`);
  }
})();
