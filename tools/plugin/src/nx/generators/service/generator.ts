import { workspaceOptions } from '../workspace-options.ts';
import { generateFiles, type Tree } from '@nx/devkit';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import type { RawOptions } from '../../executors/options/options.ts';
import { callersFile, withCall } from '../callers-file.ts';
import { endWithRefusal } from '../end-with-refusal.ts';
import { environmentTexts } from '../environment-texts.ts';
import { graphOnDisk, updatePipelines, withService, type ReadGraph } from '../update-pipelines.ts';
import { addDotnetRoot } from './dotnet-root.ts';
import { parseServiceRequest } from './service-request.ts';

/** `nx g @poc/plugin:service NAME`: a refusal ends the process with exit code 2. */
export default function serviceCommand(tree: Tree, options: RawOptions): Promise<() => void> {
  return endWithRefusal(() => generateService(tree, options));
}

/**
 * Adds a service, to the pipelines too.
 * @param projectGraph the graph without it.
 * @returns what is to be done when the files are written: to say what comes next.
 * @throws {Refusal} before anything is written.
 */
export async function generateService(
  tree: Tree,
  options: RawOptions,
  projectGraph: ReadGraph = graphOnDisk,
): Promise<() => void> {
  workspaceOptions(tree);
  const { name, root, stack, port, apiSuffix, calls } = parseServiceRequest(tree, options);
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const variables = {
    ...{ name, port, apiSuffix, memory: stack.memory },
    title: words.join(' '),
    className: words.join(''),
    dot: '.',
  };
  const templates = join(import.meta.dirname, 'files');
  for (const folder of ['common', ...stack.templates]) generateFiles(tree, join(templates, folder), root, variables);
  for (const environment of environmentsWithHostname(tree))
    generateFiles(tree, join(templates, 'overlay'), root, { ...variables, environment });
  const lacks = stack.templates.includes('dotnet') ? addDotnetRoot(tree) : [];
  if (calls.length > 0) tree.write(callersFile(), calls.reduce(withCall, tree.read(callersFile(), 'utf8') ?? ''));
  const warn = await updatePipelines(tree, async () => withService(await projectGraph(), name, root));
  return () => {
    warn();
    if (lacks.length > 0) console.warn(describeLacks(lacks));
    const first = calls.length > 0 ? `provision ${callersFile()}, where its calls are named, and then: ` : 'then: ';
    console.log(`\nAdded ${root}. Commit it, ${first}nx run ${name}:release`);
  };
}

function describeLacks(lacks: readonly string[]): string {
  const lines = lacks.map((line) => `\n  ${line}`).join('');
  return `\nFiles at the workspace's root lack what .NET services are built with (docs/add-a-service.md):${lines}`;
}

/** Environments that are told from others by a host name at the gateway: their routes name it. */
function environmentsWithHostname(tree: Tree): string[] {
  return (
    [...environmentTexts(tree)]
      // A mistake in one is told, with its line, by whatever deploys to it.
      .filter(([, text]) => parseDocument(text).hasIn(['variables', 'ROUTE_HOSTNAME']))
      .map(([path]) => basename(path).replace(/\.ya?ml$/, ''))
  );
}
