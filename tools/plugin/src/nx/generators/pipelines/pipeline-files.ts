import type { Tree } from '@nx/devkit';
import { azureFiles, azureFolder } from '../../../model/pipelines/azure/azure-files.ts';
import { keepRegions } from '../../../model/pipelines/custom-regions.ts';
import { isGenerated } from '../../../model/pipelines/generated-file.ts';
import { githubFiles } from '../../../model/pipelines/github/github-files.ts';
import type { PipelineFacts } from '../../../model/pipelines/pipeline-facts.ts';
import { Refusal } from '../../../model/errors/product-error.ts';

/** A CI that pipelines are generated for. */
export type Ci = 'azure' | 'github';

/** One file that is not as it should be. */
export interface FileChange {
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

/**
 * Returns the files that have to change to match the facts; what was written into their regions stays.
 * @throws {Refusal} when that would lose what was written by hand.
 */
export function changedFiles(tree: Tree, facts: PipelineFacts, cis: readonly Ci[]): FileChange[] {
  const changes = cis.flatMap((ci): FileChange[] => {
    const wanted = ci === 'azure' ? azureFiles(facts) : githubFiles(facts);
    const stale = generatedFiles(tree, ci).filter((path) => !wanted.has(path));
    return [
      ...[...wanted].map(([path, text]) => {
        const before = tree.read(path, 'utf8') ?? undefined;
        return { path, before, after: keepRegions(text, before, path) };
      }),
      ...stale.map((path) => {
        const before = tree.read(path, 'utf8')!;
        keepRegions('', before, path);
        return { path, before, after: undefined };
      }),
    ];
  });
  const foreign = changes.filter(({ before }) => before !== undefined && !isGenerated(before));
  if (foreign.length > 0) {
    throw new Refusal({
      type: 'not-generated',
      doing: 'generate the pipelines',
      reason: `${foreign.map(({ path }) => path).join(', ')} ${foreign.length === 1 ? 'was' : 'were'} not generated.`,
      remedy: 'Move or delete them, and run the same command again.',
    });
  }
  return changes.filter(({ before, after }) => before !== after);
}

/** Writes changes into a tree. */
export function applyChanges(tree: Tree, changes: readonly FileChange[]): void {
  for (const { path, after } of changes) {
    if (after === undefined) tree.delete(path);
    else tree.write(path, after);
  }
}

/** Returns the paths of the files that were generated for a CI. */
function generatedFiles(tree: Tree, ci: Ci): string[] {
  const candidates =
    ci === 'azure'
      ? [...filesIn(tree, azureFolder), ...tree.children('apps').map((name) => `apps/${name}/azure-pipelines.yml`)]
      : filesIn(tree, '.github');
  return candidates.filter((path) => tree.isFile(path) && isGenerated(tree.read(path, 'utf8') ?? ''));
}

function filesIn(tree: Tree, folder: string): string[] {
  return tree.children(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return tree.isFile(path) ? [path] : filesIn(tree, path);
  });
}
