import { workspaceOptions } from '../workspace-options.ts';
import { createProjectGraphAsync, type ProjectGraph, type Tree } from '@nx/devkit';
import type { SyncGeneratorResult } from 'nx/src/utils/sync-generators';
import { ProductError } from '../../../model/errors/product-error.ts';
import { gatherFacts } from '../pipelines/gather-facts.ts';
import { applyChanges, changedFiles, presentCis } from '../pipelines/pipeline-files.ts';
import { describeChange } from './describe-change.ts';

/** `nx sync`, `nx sync:check`. Nx tells the message of an error, so that all of a refusal is put there. */
export default async function syncCommand(tree: Tree): Promise<SyncGeneratorResult> {
  try {
    return await syncPipelines(tree, () => createProjectGraphAsync());
  } catch (error) {
    throw error instanceof ProductError ? new Error(error.explain(), { cause: error }) : error;
  }
}

/** Brings the pipelines that there are in step with the project graph and the environments. @throws {Refusal} */
export async function syncPipelines(
  tree: Tree,
  projectGraph: () => Promise<ProjectGraph>,
): Promise<SyncGeneratorResult> {
  workspaceOptions(tree);
  const cis = presentCis(tree);
  if (cis.length === 0) return;
  const changes = changedFiles(tree, await gatherFacts(tree, await projectGraph()), cis);
  if (changes.length === 0) return;
  applyChanges(tree, changes);
  return {
    outOfSyncMessage: 'Pipelines are out of date with the project graph and the environments.',
    outOfSyncDetails: changes.flatMap(describeChange),
  };
}
