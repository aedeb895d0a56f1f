import { workspaceOptions } from '../workspace-options.ts';
import { generateFiles, offsetFromRoot, type Tree } from '@nx/devkit';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import type { RawOptions } from '../../executors/options/options.ts';
import { instanceFolder } from '../../../model/workspace/places.ts';
import { callersFile, withCall } from '../callers-file.ts';
import { endWithRefusal } from '../end-with-refusal.ts';
import { environmentTexts } from '../environment-texts.ts';
import { graphOnDisk, updatePipelines, withService, type ReadGraph } from '../update-pipelines.ts';
import { addDotnetRoot } from './dotnet-root.ts';
import { presentCis } from '../pipelines/pipeline-files.ts';
import { addNodeProject, hasServiceHost, lintsWithEslint } from './node-project.ts';
import { goModule } from './place.ts';
import { nodeAlone } from './stack.ts';
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
  const request = parseServiceRequest(tree, options);
  const { name, root, project, stack, port, apiSuffix, calls } = request;
  const isHome = hasServiceHost(tree);
  const isAlone = stack.templates.includes('node') && !isHome;
  const hasRoute = request.route ?? hasGateway(tree);
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const variables = {
    ...{ name, root, project, port, apiSuffix, memory: stack.memory },
    offset: offsetFromRoot(root),
    tags: JSON.stringify(request.tags ?? (isHome ? ['scope:service'] : [])).replaceAll(',', ', '),
    goModule: isHome ? `poc/${name}` : goModule(tree, request),
    lints: lintsWithEslint(tree),
    title: words.join(' '),
    className: words.join(''),
    dot: '.',
  };
  const templates = join(import.meta.dirname, 'files');
  const folders = [
    ...['common', ...(isAlone ? nodeAlone : stack.templates)],
    ...(hasRoute ? ['route'] : []),
    ...(hasAzure(tree) ? ['azure'] : []),
  ];
  for (const folder of folders) generateFiles(tree, join(templates, folder), root, variables);
  for (const environment of hasRoute ? environmentsWithHostname(tree) : [])
    generateFiles(tree, join(templates, 'overlay'), root, { ...variables, environment });
  const install = isAlone ? addNodeProject(tree, request) : () => undefined;
  ignoreBuilt(tree, root);
  const lacks = stack.templates.includes('dotnet') ? addDotnetRoot(tree) : [];
  if (calls.length > 0) tree.write(callersFile(), calls.reduce(withCall, tree.read(callersFile(), 'utf8') ?? ''));
  const warn = await updatePipelines(tree, async () => withService(await projectGraph(), project, root));
  return () => {
    void install();
    warn();
    if (lacks.length > 0) console.warn(describeLacks(lacks));
    const first = calls.length > 0 ? `provision ${callersFile()}, where its calls are named, and then: ` : 'then: ';
    console.log(`\nAdded ${root}. Commit it, ${first}nx run ${project}:release`);
  };
}

function describeLacks(lacks: readonly string[]): string {
  const lines = lacks.map((line) => `\n  ${line}`).join('');
  return `\nFiles at the workspace's root lack what .NET services are built with (docs/add-a-service.md):${lines}`;
}

/** Reports whether environments say which gateway a route hangs on. */
function hasGateway(tree: Tree): boolean {
  return [...environmentTexts(tree).values()].some((text) => parseDocument(text).hasIn(['variables', 'GATEWAY_NAME']));
}

/** Reports whether Azure has a use for the variables of services: pipelines, or API Management. */
function hasAzure(tree: Tree): boolean {
  return tree.exists(instanceFolder) || presentCis(tree).includes('azure');
}

/** Keeps what is built out of git, unless the workspace does. */
function ignoreBuilt(tree: Tree, root: string): void {
  const isIgnored = /^(\*\*\/)?dist\/?$/m;
  const own = tree.read(`${root}/.gitignore`, 'utf8') ?? '';
  if (isIgnored.test(own) || isIgnored.test(tree.read('.gitignore', 'utf8') ?? '')) return;
  tree.write(`${root}/.gitignore`, `${own}dist/\n`);
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
