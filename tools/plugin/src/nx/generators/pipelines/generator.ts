import { createProjectGraphAsync, readNxJson, updateNxJson, type ProjectGraph, type Tree } from '@nx/devkit';
import { booleanReader, choiceReader, maybe } from '../../executors/options/declare-options.ts';
import { badOption, type OptionReader } from '../../executors/options/option.ts';
import { readOptions, type RawOptions } from '../../executors/options/options.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { endWithRefusal } from '../end-with-refusal.ts';
import { rejectExtraArguments } from '../extra-arguments.ts';
import { gatherFacts } from './gather-facts.ts';
import { applyChanges, changedFiles, type Ci } from './pipeline-files.ts';
import { findRepository } from './repository.ts';

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
  rejectExtraArguments(raw, doing);
  const options = readOptions(
    raw,
    { ci: choiceReader(...Object.keys(cisOf)), prefix: prefixReader, rebuild: maybe(booleanReader) },
    { doing },
  );
  const { ci, prefix, rebuild } = options;
  if (ci === undefined) {
    throw new Refusal({
      type: 'which-ci',
      doing,
      reason: 'No CI was chosen.',
      remedy: 'Choose a CI with `--ci=azure`, `--ci=github` or `--ci=both`.',
    });
  }
  const branch = nameMainBranch(tree);
  const choices = {
    ...(prefix === undefined ? {} : { prefix }),
    ...(rebuild === undefined ? {} : { rebuilds: rebuild }),
  };
  const changes = changedFiles(tree, await gatherFacts(tree, await projectGraph(), choices), cisOf[ci]!);
  applyChanges(tree, changes);
  return () => {
    if (branch !== undefined)
      console.log(`\nThe main branch is ${branch}, as that of origin: nx.json says so now (defaultBase).`);
    console.log(
      changes.length > 0
        ? '\nCommit them. `nx sync` keeps them in step with the project graph and the environments.'
        : '\nPipelines are up to date.',
    );
  };
}

/**
 * Writes the main branch into nx.json where that is silent and the clone knows another than Nx assumes: in a CI's clone nothing
 * but nx.json tells it. @returns it, if it was written.
 */
function nameMainBranch(tree: Tree): string | undefined {
  const nxJson = readNxJson(tree) ?? {};
  const { branch } = findRepository(tree.root);
  if (nxJson.defaultBase !== undefined || branch === undefined || branch === 'main') return undefined;
  updateNxJson(tree, { ...nxJson, defaultBase: branch });
  return branch;
}

const prefixReader: OptionReader<string | undefined> = {
  read(value, context) {
    if (value === undefined || value === '') return value;
    if (typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value)) return value;
    throw badOption(context, value, 'Expected lower-case letters, digits and "-", such as `--prefix=services-`.');
  },
};
