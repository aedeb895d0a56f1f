import type { NxJsonConfiguration, ProjectGraph } from '@nx/devkit';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { nodeLockfiles } from '../../../../model/changes/dependencies/npm/node-dependencies.ts';
import type { Check } from '../../../../use-cases/doctor/checkup.ts';
import { commands, type Command } from '../../../graph/commands.ts';
import { isExecutor } from '../../../graph/executor-name.ts';
import { lostServices } from '../../running/lost-services.ts';
import { servicesIn } from '../../running/service-names.ts';

const area = 'nx';

/** Returns the checks of Nx's settings, as far as a release goes by them. */
export function nxSettings(
  { projectGraph, nxJsonConfiguration }: { projectGraph: ProjectGraph; nxJsonConfiguration: NxJsonConfiguration },
  workspaceRoot: string,
): Check[] {
  return [
    { area, check: 'imports', ask: async () => importAnalysis(nxJsonConfiguration, workspaceRoot) },
    { area, check: 'cached targets', ask: async () => cachedTargets(projectGraph) },
    {
      area,
      check: 'lost targets',
      ask: async () => lostTargets({ projectGraph, nxJsonConfiguration }, workspaceRoot),
    },
    { area, check: 'lock files', ask: async () => lockFiles(workspaceRoot) },
  ];
}

/** Packages that make Nx read imports, where they are installed. */
const readers = [
  'js',
  'node',
  'react',
  'angular',
  'vue',
  'next',
  'web',
  'nest',
  'express',
  'vite',
  'webpack',
  'esbuild',
];

/** Reports whether Nx finds out which project imports which. */
export function analysesImports(
  { pluginsConfig }: Pick<NxJsonConfiguration, 'pluginsConfig'>,
  packages: ReadonlySet<string>,
): boolean {
  const said = (pluginsConfig?.['@nx/js'] as { analyzeSourceFiles?: boolean } | undefined)?.analyzeSourceFiles;
  return said ?? readers.some((name) => packages.has(`@nx/${name}`));
}

function importAnalysis(nxJson: NxJsonConfiguration, root: string): string {
  if (analysesImports(nxJson, packagesIn(root))) return 'Nx finds out which project imports which';
  throw new Refusal({
    type: 'bad-setting',
    doing: 'look at nx.json',
    reason: 'Nx does not look at imports here, so that a changed library would release nothing that uses it.',
    remedy: 'Set `"pluginsConfig": {"@nx/js": {"analyzeSourceFiles": true}}` in nx.json: `nx g @poc/plugin:init` does.',
  });
}

function packagesIn(root: string): ReadonlySet<string> {
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
  } catch {
    return new Set();
  }
}

/** Returns targets of this plugin that Nx would not run again, though they speak to the outside: `shop:release`. */
export function cachedIn(graph: ProjectGraph): string[] {
  const uncached = Object.entries<Command>(commands).filter(([, { isCached }]) => !isCached);
  const isUncached = (executor: string | undefined) => uncached.some(([name]) => isExecutor(executor, name));
  return Object.values(graph.nodes).flatMap(({ name, data }) =>
    Object.entries(data.targets ?? {}).flatMap(([target, { executor, cache }]) =>
      cache === true && isUncached(executor) ? [`${name}:${target}`] : [],
    ),
  );
}

function cachedTargets(graph: ProjectGraph): string {
  const found = cachedIn(graph);
  if (found.length === 0) return 'no target that deploys is cached';
  const names = [...new Set(found.map((each) => each.slice(each.lastIndexOf(':') + 1)))];
  throw new Refusal({
    type: 'bad-setting',
    doing: 'look at nx.json',
    reason: `Nx caches ${found.slice(0, 3).join(', ')}${found.length > 3 ? ` and ${found.length - 3} more` : ''}: the second release would do nothing.`,
    remedy: `Take \`cache\` out of \`targetDefaults\` for ${names.join(', ')} in nx.json.`,
  });
}

function lostTargets(context: Parameters<typeof lostServices>[0], root: string): string {
  const lost = lostServices(context, root);
  const { length } = servicesIn(context.projectGraph);
  if (lost.length === 0) return `${length} ${length === 1 ? 'service has' : 'services have'} the target release`;
  throw new Refusal({
    type: 'bad-setting',
    doing: 'look at the projects',
    reason: `${lost.map(({ project }) => project).join(', ')} ${lost.length === 1 ? 'has' : 'have'} no target release of this plugin, and ${lost.length === 1 ? 'counts' : 'count'} as no service.`,
    remedy: lost.map(({ reason }) => reason).join(' '),
  });
}

function lockFiles(root: string): string {
  const found = nodeLockfiles.filter((name) => existsSync(join(root, name)) && dirname(name) === '.');
  if (found.length < 2) return found[0] ?? 'none: no npm package counts';
  throw new Refusal({
    type: 'bad-setting',
    doing: 'look at the lock files',
    reason: `There are ${found.join(' and ')}: which packages a service has is not certain.`,
    remedy: "Keep the one of the workspace's package manager, and delete the others.",
  });
}
