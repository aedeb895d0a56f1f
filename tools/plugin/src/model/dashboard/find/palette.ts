import type { DashboardState } from '../dashboard-state.ts';
import type { PlannedStep } from '../next-steps.ts';
import { isNewerBuild } from '../timeline.ts';
import { nameMatch } from './name-match.ts';

/** The effect of choosing an entry: none of them changes anything in an environment. */
export type PaletteAct =
  | { readonly kind: 'go'; readonly href: string }
  | { readonly kind: 'copy'; readonly command: string }
  | { readonly kind: 'plan'; readonly service: string; readonly plan: PlannedStep };

/** Groups of the palette, in the order in which they are shown. */
export const paletteGroups = ['Services', 'Views', 'Plans', 'Builds', 'Commits', 'Commands'] as const;

/** Something that the palette finds. */
export interface PaletteEntry {
  readonly group: (typeof paletteGroups)[number];
  /** Unique, and the text that is searched. */
  readonly name: string;
  readonly act: PaletteAct;
}

/** Entries of each group that are shown. */
const most = { Services: 8, Views: 6, Plans: 6, Builds: 4, Commits: 4, Commands: 8 };
/** Services whose commands and plans are listed: those that fit best. */
const detailed = 3;

const go = (href: string): PaletteAct => ({ kind: 'go', href });

/** Returns all that can be found by its name, but for commands and plans, which are made for what was found. */
export function paletteEntries({ rows }: DashboardState, views: readonly PaletteEntry[]): PaletteEntry[] {
  const cells = rows.flatMap((row) => Object.values(row.cells));
  const builds = new Set(cells.flatMap(({ build }) => build ?? []));
  const commits = new Set(cells.flatMap(({ commit }) => commit ?? []));
  return [
    ...rows.map(({ service }) => entry('Services', service, go(`/s/${encodeURIComponent(service)}`))),
    ...views,
    ...[...builds]
      .sort((one, other) => (isNewerBuild(one, other) ? -1 : 1))
      .map((build) => entry('Builds', build, go(`/?q=build:${build}`))),
    ...[...commits].map((commit) => entry('Commits', commit.slice(0, 12), go(`/commit/${commit}`))),
    ...commandsOfAll.map((command) => entry('Commands', command, { kind: 'copy', command })),
  ];
}

/** Returns the entries that fit a text, by groups and within them the best first; those that fit alike by their names. */
export function findEntries(entries: readonly PaletteEntry[], typed: string, state: DashboardState): PaletteEntry[] {
  const found = ranked(entries, typed);
  const [verbs, rest] = splitVerbs(
    typed,
    state.environments.map(({ name }) => name),
  );
  const named =
    rest === ''
      ? []
      : ranked(
          entries.filter(({ group }) => group === 'Services'),
          rest,
        );
  const made = named.slice(0, detailed).flatMap(({ name }) => entriesOfService(name, state));
  const wanted = ranked(made, verbs.join(' ')).filter((each) => !found.includes(each));
  const all = [...found, ...wanted, ...typedCommit(typed, found)];
  return paletteGroups.flatMap((group) => all.filter((each) => each.group === group).slice(0, most[group]));
}

function entry(group: PaletteEntry['group'], name: string, act: PaletteAct): PaletteEntry {
  return { group, name, act };
}

/** Entries whose names fit, the best first. Without a text all of them fit. */
function ranked(entries: readonly PaletteEntry[], typed: string): PaletteEntry[] {
  const fitting = entries.flatMap((each) => {
    const rank = nameMatch(typed, each.name);
    return rank === undefined ? [] : [{ each, rank }];
  });
  return fitting.sort((one, other) => one.rank - other.rank).map(({ each }) => each);
}

const verbsOfService = ['status', 'changes', 'history', 'diff', 'promote', 'rollback', 'release', 'plan'];
const commandsOfAll = ['status', 'outdated', 'audit', 'metrics'].map((name) => `nx run infrastructure:${name}`);

/** Words that begin a verb or the name of an environment, and the rest, which names a service: `promote orders prod`. */
function splitVerbs(typed: string, environments: readonly string[]): [verbs: string[], rest: string] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length < 2) return [[], words.join(' ')];
  const known = [...verbsOfService, ...environments.map((name) => name.toLowerCase())];
  const isKnown = (word: string) => known.some((each) => each.startsWith(word));
  return [words.filter(isKnown), words.filter((word) => !isKnown(word)).join(' ')];
}

/** Commands of a service to be copied, and plans to be opened where the page may act. */
function entriesOfService(service: string, { environments, hasActions }: DashboardState): PaletteEntry[] {
  const steps = environments.flatMap(({ name: to }, index): PlannedStep[] => {
    const from = environments[index - 1]?.name;
    const forward =
      from === undefined ? ({ action: 'release', to } as const) : ({ action: 'promote', from, to } as const);
    return [forward, { action: 'rollback', to }];
  });
  const plans = hasActions ? steps : [];
  const commands = ['status', 'history', 'changes', ...steps.map(commandOf)].map((each) => `nx run ${service}:${each}`);
  return [
    ...plans.map((plan) => entry('Plans', planName(service, plan), { kind: 'plan', service, plan })),
    ...commands.map((command) => entry('Commands', command, { kind: 'copy', command })),
  ];
}

function commandOf({ action, from, to }: PlannedStep): string {
  return from === undefined ? `${action} --env=${to}` : `${action} --from=${from} --to=${to}`;
}

function planName(service: string, { action, from, to }: PlannedStep): string {
  if (action === 'promote') return `Plan to promote ${service} from ${from} to ${to}`;
  if (action === 'release') return `Plan to release ${service} to ${to}`;
  return `Plan the rollback of ${service} in ${to}`;
}

/** A commit that runs nowhere can be looked for, too. */
function typedCommit(typed: string, found: readonly PaletteEntry[]): PaletteEntry[] {
  const id = typed.trim().toLowerCase();
  if (!/^[0-9a-f]{7,40}$/.test(id) || found.some(({ group }) => group === 'Commits')) return [];
  return [entry('Commits', id, go(`/commit/${id}`))];
}
