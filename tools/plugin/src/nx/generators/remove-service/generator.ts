import { workspaceOptions } from '../workspace-options.ts';
import { getProjects, readJson, writeJson, type Tree } from '@nx/devkit';
import { booleanReader } from '../../executors/options/declare-options.ts';
import { readOptions, type RawOptions } from '../../executors/options/options.ts';
import { filesMentioning } from '../../../adapters/git/files-mentioning.ts';
import { GitRepository } from '../../../adapters/git/git-repository.ts';
import { didYouMean } from '../../../model/text/did-you-mean.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { parseEnvironments } from '../../../adapters/workspace/environments.ts';
import { callersFile, withoutService } from '../callers-file.ts';
import { endWithRefusal } from '../end-with-refusal.ts';
import { environmentTexts } from '../environment-texts.ts';
import { rejectExtraArguments } from '../extra-arguments.ts';
import { graphOnDisk, updatePipelines, withoutProject, type ReadGraph } from '../update-pipelines.ts';
import { isServiceIn } from '../service-manifests.ts';
import { undeployCommands } from './undeploy-commands.ts';
import { text } from '../text-option.ts';
import { leaveWorkspaces } from '../workspace-members.ts';
import { findDependents } from './dependents.ts';
import { dropFromLists } from './lists-of-projects.ts';
import { mentionsAmongCallers, mentionsOf, namesOfFolder } from './mentions.ts';

/** Facts that the generator needs beside the files. */
export interface WorkspaceFacts {
  readonly projectGraph: ReadGraph;
  /** Files that differ from the commit, new ones included; relative to the workspace's root. */
  dirtyPaths(): Promise<string[]>;
  /** Files that hold one of some texts. */
  filesMentioning(texts: readonly string[]): Promise<string[]>;
}

/** `nx g @poc/plugin:remove-service NAME`: a refusal ends the process with exit code 2. */
export default function removeServiceCommand(tree: Tree, options: RawOptions): Promise<() => void> {
  const facts = {
    projectGraph: graphOnDisk,
    dirtyPaths: () => new GitRepository(tree.root).dirtyPaths(),
    filesMentioning: (texts: readonly string[]) => filesMentioning(tree.root, texts),
  };
  return endWithRefusal(() => removeService(tree, options, facts));
}

/**
 * Takes a service out of the workspace, and out of the pipelines.
 * @returns what is to be done when the files are gone: to say what is left elsewhere.
 * @throws {Refusal} before anything is removed.
 */
export async function removeService(tree: Tree, raw: RawOptions, facts: WorkspaceFacts): Promise<() => void> {
  const doing = `remove the service ${String(raw['name'] ?? '')}`.trimEnd();
  workspaceOptions(tree);
  rejectExtraArguments(raw, doing);
  const { name, force } = readOptions(raw, { name: text(''), force: booleanReader }, { doing });
  const root = serviceRoot(tree, name, doing);
  const graph = await facts.projectGraph();
  const dependents = findDependents(tree, graph, name);
  if (dependents.length > 0) {
    throw new Refusal({
      type: 'service-needed',
      doing,
      reason: 'Other projects depend on it.',
      remedy: 'Remove those dependencies first.',
      evidence: dependents,
    });
  }
  const dirty = force ? [] : (await facts.dirtyPaths()).filter((path) => path.startsWith(`${root}/`));
  if (dirty.length > 0) {
    throw new Refusal({
      type: 'dirty-working-tree',
      doing,
      reason: `${root} holds changes that are not committed.`,
      remedy: 'Commit them, or discard them with `--force`.',
      evidence: dirty,
    });
  }
  const mentioning = await facts.filesMentioning(namesOfFolder(root));
  tree.delete(root);
  dropPathAliases(tree, root);
  const lists = [...dropFromLists(tree, root), ...leaveWorkspaces(tree, root), ...dropFromCallers(tree, name)];
  const warn = await updatePipelines(tree, () => Promise.resolve(withoutProject(graph, name)));
  const mentions = [...mentionsOf(tree, root, mentioning), ...mentionsAmongCallers(tree, name)];
  const commands = undeployCommands(name, await environmentsOf(tree));
  return () => {
    warn();
    if (mentions.length > 0) console.warn(describeMentions(root, name, mentions));
    console.log(
      `\nRemoved ${root}${lists.length > 0 ? `, and took it out of ${lists.join(', ')}` : ''}. Commit that. Its images and git tags are kept, and so is what runs in clusters. ` +
        `This deletes it there, with the records of its deployments:\n\n${commands.join('\n')}`,
    );
  };
}

function describeMentions(root: string, name: string, mentions: readonly string[]): string {
  return `\nThese lines still name ${root} or ${name}. Take it out there, too, where it matters:\n\n${mentions.join('\n')}`;
}

/** @returns the file of callers, when it was changed. */
function dropFromCallers(tree: Tree, service: string): string[] {
  const text = tree.exists(callersFile()) ? (tree.read(callersFile(), 'utf8') ?? '') : '';
  const kept = withoutService(text, service);
  if (kept === text) return [];
  tree.write(callersFile(), kept);
  return [callersFile()];
}

/** Returns the environments; none when there is a mistake in their files, which deploying reports. */
async function environmentsOf(tree: Tree): Promise<readonly Environment[]> {
  return parseEnvironments(environmentTexts(tree)).catch((error: unknown) => {
    if (error instanceof ProductError) return [];
    throw error;
  });
}

/** @throws {Refusal} when there is no such service. */
function serviceRoot(tree: Tree, name: string, doing: string): string {
  const projects = getProjects(tree);
  const isService = (root: string) => isServiceIn(tree, root);
  const project = projects.get(name);
  if (project && isService(project.root)) return project.root;
  const services = [...projects].filter(([, { root }]) => isService(root)).map(([service]) => service);
  throw new Refusal({
    type: 'no-such-service',
    doing,
    reason: project
      ? `The project ${name} is not a service: ${project.root} has no Dockerfile with a folder of manifests or a chart beside it.`
      : 'There is no such project.',
    remedy: didYouMean(name, services) || `The services are ${services.join(', ') || 'none'}.`,
  });
}

/** Names by which others could have imported from the folder. */
function dropPathAliases(tree: Tree, root: string): void {
  const file = 'tsconfig.base.json';
  if (!tree.exists(file)) return;
  const config = readJson<{ compilerOptions?: { paths?: Record<string, string[]> } }>(tree, file);
  const paths = config.compilerOptions?.paths ?? {};
  const kept = Object.entries(paths).filter(
    ([, targets]) => !targets.some((target) => target.replace(/^\.\//, '').startsWith(`${root}/`)),
  );
  if (kept.length === Object.keys(paths).length) return;
  writeJson(tree, file, {
    ...config,
    compilerOptions: { ...config.compilerOptions, paths: Object.fromEntries(kept) },
  });
}
