import { posix } from 'node:path';
import { Refusal, type ErrorFacts } from '../../model/errors/product-error.ts';
import { howToInstall } from '../../model/toolchains/how-to-install.ts';
import { toolNames, type Language, type Toolchain } from '../../model/toolchains/toolchain.ts';
import type { InstalledTools, ToolState } from '../../ports/installed-tools.ts';

/** A project with what its commands need. */
export interface NeedyProject {
  readonly name: string;
  readonly toolchains: readonly Toolchain[];
}

/** A need that what is installed meets. */
export interface MetToolchain {
  readonly toolchain: Toolchain;
  readonly versions: readonly string[];
}

/** Why a project cannot be built here. */
export interface ToolchainRefusal {
  readonly toolchain?: Toolchain;
  readonly refusal: Refusal;
  /** The project of which it speaks: the first of those that lack the same. */
  readonly toldFor: string;
}

/** How one need of a project was met, or why not. */
export type CheckedToolchain = MetToolchain | ToolchainRefusal;

/**
 * Compares what projects need with what is installed. Each language's tool is asked once, all side by side. What is missing
 * is told once for each language, for the first project that needs it, with the others that do.
 * @returns the needs of each project, in its order.
 */
export async function checkToolchains(
  projects: readonly NeedyProject[],
  tools: InstalledTools,
): Promise<ReadonlyMap<string, readonly CheckedToolchain[]>> {
  const needs = projects.flatMap(({ name, toolchains }) => toolchains.map((toolchain) => ({ name, toolchain })));
  const states = await Promise.all(needs.map(({ toolchain }) => tools.find(toolchain.language, folderOf(toolchain))));
  const unmet = needs.flatMap((need, index) =>
    isMet(need.toolchain, states[index]!) ? [] : { ...need, state: states[index]! },
  );
  const told = new Map<Language, ToolchainRefusal>();
  for (const { name, toolchain, state } of unmet) {
    if (told.has(toolchain.language)) continue;
    const others = unmet.filter((other) => other.name !== name && other.toolchain.language === toolchain.language);
    told.set(toolchain.language, { refusal: refusalOf(name, toolchain, state, others), toldFor: name });
  }
  const checked = new Map(projects.map(({ name }) => [name, [] as CheckedToolchain[]]));
  for (const [index, { name, toolchain }] of needs.entries()) {
    const state = states[index]!;
    const result = isMet(toolchain, state)
      ? { toolchain, versions: state.tool.versions }
      : { toolchain, ...told.get(toolchain.language)! };
    checked.get(name)!.push(result);
  }
  return checked;
}

/** Managers of versions of Python choose by the file that says it; the others' tools are the same everywhere. */
function folderOf({ language, file }: Toolchain): string {
  return language === 'python' && file !== undefined ? posix.dirname(file) : '.';
}

function isMet(toolchain: Toolchain, state: ToolState): state is Extract<ToolState, { state: 'found' }> {
  return state.state === 'found' && toolchain.accepts(state.tool);
}

function refusalOf(
  name: string,
  toolchain: Toolchain,
  state: ToolState,
  others: readonly { readonly name: string; readonly toolchain: Toolchain }[],
): Refusal {
  const also = others.map((other) => `${other.name} is not built either: it needs ${needOf(other.toolchain)}`);
  const { evidence = [], ...facts } = whyNot(toolchain, state);
  return new Refusal({ doing: `build ${name}`, ...facts, evidence: [...evidence, ...also] });
}

function whyNot(toolchain: Toolchain, state: ToolState): Omit<ErrorFacts, 'doing'> {
  const needs = `It needs ${needOf(toolchain)}`;
  const remedy = howToInstall(toolchain);
  if (state.state === 'missing')
    return { type: 'toolchain-missing', reason: `${needs}, and there is no ${state.command} on the PATH.`, remedy };
  if (state.state === 'broken') {
    const { command, reason, output } = state;
    return {
      type: 'toolchain-broken',
      reason: `${needs}, and ${reason}.`,
      remedy: `Run \`${command}\` by hand and fix what it says, or reinstall it: ${remedy}`,
      evidence: output,
    };
  }
  const { versions } = state.tool;
  if (versions.length === 0) return { type: 'toolchain-missing', reason: `${needs}, and none is installed.`, remedy };
  const present = `${versions.join(', ')} ${versions.length === 1 ? 'is' : 'are'} installed`;
  return { type: 'toolchain-version', reason: `${needs}, and ${present}.`, remedy };
}

/** Returns a need with the file that says it: `Go 1.24 or newer (apps/inventory/go.mod)`. */
export function needOf({ wanted, file }: Toolchain): string {
  return file === undefined ? wanted : `${wanted} (${file})`;
}

/** Returns how a need was met. */
export function describeToolchain({ toolchain, versions }: MetToolchain): string {
  const { language, wanted, file } = toolchain;
  const present = `${toolNames[language]} ${versions.join(', ')}`;
  return file === undefined ? present : `${present}, for ${wanted} (${file})`;
}
