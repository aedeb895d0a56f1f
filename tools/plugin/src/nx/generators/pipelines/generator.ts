import { workspaceOptions } from '../workspace-options.ts';
import { createProjectGraphAsync, type ProjectGraph, type Tree } from '@nx/devkit';
import { choiceReader } from '../../executors/options/declare-options.ts';
import { readOptions, type RawOptions } from '../../executors/options/options.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { endWithRefusal } from '../end-with-refusal.ts';
import { rejectExtraArguments } from '../extra-arguments.ts';
import { gatherFacts } from './gather-facts.ts';
import { applyChanges, changedFiles, type Ci } from './pipeline-files.ts';

/** `nx g @poc/plugin:pipelines --ci=azure`: a refusal ends the process with exit code 2. */
export default function pipelinesCommand(tree: Tree, options: RawOptions): Promise<() => void> {
  return endWithRefusal(() => generatePipelines(tree, options, () => createProjectGraphAsync({ exitOnError: false })));
}

const cisOf: Readonly<Record<string, readonly Ci[]>> = {
  azure: ['azure'],
  github: ['github'],
  both: ['azure', 'github'],
};

/**
 * Generates the pipelines of a CI.
 * @returns what is to be done when the files are written: to say what comes next.
 * @throws {Refusal} before anything is written.
 */
export async function generatePipelines(
  tree: Tree,
  raw: RawOptions,
  projectGraph: () => Promise<ProjectGraph>,
): Promise<() => void> {
  const doing = 'generate the pipelines';
  workspaceOptions(tree);
  rejectExtraArguments(raw, doing);
  const { ci } = readOptions(raw, { ci: choiceReader(...Object.keys(cisOf)) }, { doing });
  if (ci === undefined) {
    throw new Refusal({
      type: 'which-ci',
      doing,
      reason: 'No CI was chosen.',
      remedy: 'Choose a CI with `--ci=azure`, `--ci=github` or `--ci=both`.',
    });
  }
  const changes = changedFiles(tree, await gatherFacts(tree, await projectGraph()), cisOf[ci]!);
  applyChanges(tree, changes);
  return () =>
    console.log(
      changes.length > 0
        ? '\nCommit them. `nx sync` keeps them in step with the project graph and the environments.'
        : '\nPipelines are up to date.',
    );
}
