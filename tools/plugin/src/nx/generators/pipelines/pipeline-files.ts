import type { Tree } from '@nx/devkit';
import { posix } from 'node:path';
import { parseDocument } from 'yaml';
import { azureFiles, azureFolder } from '../../../model/pipelines/azure/azure-files.ts';
import { keepRegions } from '../../../model/pipelines/custom-regions.ts';
import { isGenerated } from '../../../model/pipelines/generated-file.ts';
import { githubFiles } from '../../../model/pipelines/github/github-files.ts';
import type { PipelineFacts } from '../../../model/pipelines/pipeline-facts.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { findRepository } from './repository.ts';
import { presentPrefix } from './workflow-prefix.ts';

/** A CI that pipelines are generated for. */
export type Ci = 'azure' | 'github';

/** One file that is not as it should be. */
export interface FileChange {
  /** From the workspace on, also of a file above it. */
  readonly path: string;
  /** Undefined: it is not there. */
  readonly before: string | undefined;
  /** Undefined: it has to go. */
  readonly after: string | undefined;
}

/** Returns the CIs for which there are pipelines. */
export function presentCis(tree: Tree): Ci[] {
  return (['azure', 'github'] as const).filter((ci) => generatedFiles(tree, ci).length > 0);
}

/** Returns GitHub's folder, from a workspace on that may be below the repository's root. */
export function githubFolder(folder: string): string {
  return posix.relative(folder, '.github');
}

/**
 * Returns the files that have to change to match the facts; what was written into their regions stays.
 * @throws {Refusal} when that would lose what was written by hand.
 */
export function changedFiles(tree: Tree, facts: PipelineFacts, cis: readonly Ci[]): FileChange[] {
  const changes = cis.flatMap((ci): FileChange[] => {
    const wanted = wantedFiles(facts, ci);
    const formerPath = ci === 'github' ? formerPaths(tree, facts) : (path: string) => path;
    const moved = new Set([...wanted.keys()].map(formerPath));
    const roots = facts.services.map(({ root }) => root);
    const stale = generatedFiles(tree, ci, roots).filter((path) => !wanted.has(path));
    return [
      ...[...wanted].map(([path, text]) => {
        const before = tree.read(path, 'utf8') ?? undefined;
        const former = before ?? tree.read(formerPath(path), 'utf8') ?? undefined;
        return { path, before, after: keepRegions(text, former, path) };
      }),
      ...stale.map((path) => {
        const before = tree.read(path, 'utf8')!;
        if (!moved.has(path)) keepRegions('', before, path);
        return { path, before, after: undefined };
      }),
    ];
  });
  refuseForeign(changes);
  return changes.filter(({ before, after }) => before !== after);
}

/** Writes changes into a tree. */
export function applyChanges(tree: Tree, changes: readonly FileChange[]): void {
  for (const { path, after } of changes) {
    if (after === undefined) tree.delete(path);
    else tree.write(path, after);
  }
}

function wantedFiles(facts: PipelineFacts, ci: Ci): Map<string, string> {
  const files = ci === 'azure' ? azureFiles(facts) : githubFiles(facts);
  return new Map([...files].map(([path, text]) => [posix.relative(facts.folder, path), text]));
}

/** Returns the function that tells where a file of GitHub was before its name began as it does now. */
function formerPaths(tree: Tree, { folder, prefix }: PipelineFacts): (path: string) => string {
  const former = presentPrefix(tree, githubFolder(folder)) ?? prefix;
  return (path) =>
    path.replace(
      /(workflows|actions)\/(.*)$/,
      (_, kind: string, name: string) => `${kind}/${former}${name.slice(prefix.length)}`,
    );
}

/** @throws {Refusal} when somebody else wrote one of the files. */
function refuseForeign(changes: readonly FileChange[]): void {
  const foreign = changes.filter(({ before }) => before !== undefined && !isGenerated(before));
  if (foreign.length === 0) return;
  const isOfGithub = foreign.every(({ path }) => path.includes('.github/'));
  throw new Refusal({
    type: 'not-generated',
    doing: 'generate the pipelines',
    reason: `${foreign.map(({ path }) => path).join(', ')} ${foreign.length === 1 ? 'was' : 'were'} not generated.`,
    remedy: isOfGithub
      ? 'Move or delete them, or give ours other names: `--prefix=services-`.'
      : 'Move or delete them, and run the same command again.',
  });
}

/** Returns the paths of the files that were generated for a CI. @param roots folders of services. */
function generatedFiles(tree: Tree, ci: Ci, roots: readonly string[] = []): string[] {
  const candidates =
    ci === 'azure'
      ? [
          ...filesIn(tree, azureFolder),
          ...[...new Set([...roots, ...formerRoots(tree)])].map((root) => `${root}/azure-pipelines.yml`),
        ]
      : filesIn(tree, githubFolder(findRepository(tree.root).folder));
  return candidates.filter((path) => tree.isFile(path) && isGenerated(tree.read(path, 'utf8') ?? ''));
}

/** Returns the folders of the services that the generated template knows: some may be gone from the graph. */
function formerRoots(tree: Tree): string[] {
  const template = tree.read(`${azureFolder}/templates/service.yml`, 'utf8') ?? '';
  const folders: unknown = parseDocument(template).getIn(['parameters', 1, 'default']);
  const { folder } = findRepository(tree.root);
  const roots = typeof folders === 'object' ? Object.values((folders as { toJSON(): object }).toJSON()) : [];
  return roots.map((root) => posix.relative(folder, String(root)));
}

function filesIn(tree: Tree, folder: string): string[] {
  return tree.children(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return tree.isFile(path) ? [path] : filesIn(tree, path);
  });
}
