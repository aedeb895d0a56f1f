import type { Tree } from '@nx/devkit';
import { booleanReader } from '../../executors/options/declare-options.ts';
import { createPorts } from '../../executors/running/connections/create-ports.ts';
import { badOption } from '../../executors/options/option.ts';
import { readOptions, type RawOptions } from '../../executors/options/options.ts';
import { parseEnvironments } from '../../../adapters/workspace/environments.ts';
import type { Left } from '../../../model/adoption/adoption.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import { isReason } from '../../../model/manifests/rules/downtime/downtime-exceptions.ts';
import { endWithRefusal, isNxCommand } from '../end-with-refusal.ts';
import { environmentTexts } from '../environment-texts.ts';
import { rejectExtraArguments } from '../extra-arguments.ts';
import { text } from '../text-option.ts';
import { workspaceOptions } from '../workspace-options.ts';
import type { Renderers } from './adopt-rendered-service.ts';
import { adoptService, type AdoptReport } from './adopt-service.ts';
import { candidateNamed, candidatesIn, type Candidate } from './find-service.ts';
import { describeAdoption } from './report.ts';
import { PreviewTree } from './preview-tree.ts';
import { outside } from './outside.ts';

/** The surroundings of the files of the tree. */
export interface Surroundings extends Renderers {
  /** Returns what is wrong with git, registries and clusters, as far as they are reached. */
  outside(environments: readonly Environment[], services: readonly Candidate[]): Promise<readonly Left[]>;
}

/** `nx g @poc/plugin:adopt NAME`: exit code 2 where something is left that a release would refuse. */
export default async function adoptCommand(tree: Tree, options: RawOptions): Promise<void> {
  const { lines, isDone } = await endWithRefusal(() =>
    adopt(tree, options, { ...createPorts(tree.root, process.env), outside: outside(tree) }),
  );
  console.log(lines.join('\n'));
  // Nx ends with 0 after a generator, and the files are to be written first.
  if (!isDone && isNxCommand(process.argv[1])) process.once('exit', () => (process.exitCode = 2));
}

/**
 * Reports all that a release of services would refuse, and mends what it can where that is asked for.
 * @returns the report, and whether nothing is left. @throws {Refusal} when there is no such service.
 */
export async function adopt(
  tree: Tree,
  raw: RawOptions,
  surroundings: Surroundings,
): Promise<{ readonly lines: readonly string[]; readonly isDone: boolean }> {
  const doing = `adopt ${String(raw['name'] ?? 'services')}`;
  rejectExtraArguments(raw, doing);
  const { manifests, targetPrefix } = workspaceOptions(tree);
  const readers = {
    ...{ name: text(''), container: text(''), allowDowntime: text('') },
    ...{ write: booleanReader, all: booleanReader, offline: booleanReader },
  };
  const { name, write, all, offline, ...options } = readOptions(raw, readers, { doing });
  const given = (value: string) => (value === '' ? undefined : value);
  if (options.allowDowntime !== '' && !isReason(options.allowDowntime))
    throw badOption({ name: 'allowDowntime', doing }, options.allowDowntime, 'Expected a sentence that says why.');
  const candidates = all ? candidatesIn(tree) : [candidateNamed(tree, required(name, tree, doing), doing)];
  const { environments, mistake } = await environmentsOf(tree);
  const how = {
    environments,
    manifests,
    targetPrefix,
    container: given(options.container),
    allowDowntime: given(options.allowDowntime),
  };
  const reports: AdoptReport[] = [];
  for (const candidate of candidates)
    reports.push(await adoptService(write ? tree : new PreviewTree(tree), candidate, how, surroundings));
  const around = offline ? [] : await surroundings.outside(environments, candidates);
  const left = [...mistake, ...around];
  const isDone = [...reports, { left, mended: [] }].every(isMendedBy(write));
  return { lines: describeAdoption(reports, { write, left, isDone, release: `${targetPrefix}release` }), isDone };
}

/** Reports whether nothing is left, as it is on the disk then. */
function isMendedBy(write: boolean) {
  return ({ left, mended }: Pick<AdoptReport, 'left' | 'mended'>) =>
    left.length === 0 && (write || mended.length === 0);
}

function required(name: string, tree: Tree, doing: string): string {
  if (name !== '') return name;
  const services = candidatesIn(tree).map(({ service }) => service);
  throw new Refusal({
    type: 'bad-option',
    doing,
    reason: 'No service is named.',
    remedy: `Name one (${services.join(', ') || 'there is no folder with a Dockerfile'}), or pass \`--all\`.`,
  });
}

/** Returns the environments, or what is wrong with them. */
async function environmentsOf(tree: Tree): Promise<{ environments: readonly Environment[]; mistake: readonly Left[] }> {
  try {
    return { environments: await parseEnvironments(environmentTexts(tree)), mistake: [] };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const { type, reason, remedy, evidence = [reason] } = error.facts;
    const hint =
      type === 'no-environments'
        ? 'Make the first one: `nx g @poc/plugin:environment dev --context=CONTEXT --registry=HOST --deploy=automatic`.'
        : remedy;
    return { environments: [], mistake: evidence.map((finding) => ({ finding, hint })) };
  }
}
