import type {
  DashboardCell,
  DashboardRow,
  DashboardState,
  EnvironmentAnswer,
} from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { at, boardOf, cellOf, everyState, rowOf } from '../board-of.ts';

/** Returns the moment some minutes before that of the pictures. */
export const ago = (minutes: number): string => new Date(Date.parse(at) - minutes * 60_000).toISOString();

const five = { kind: 'ahead', commits: 5, isLeast: false } as const;

/** Ten services on a usual day: two of them wait, one is held. */
export function calmShop(said: Partial<DashboardState> = {}): DashboardState {
  const names = ['basket', 'catalogue', 'customers', 'inventory', 'mailer', 'orders', 'payments', 'prices', 'search'];
  const rows = names.map((name, index) => {
    const build = `2026112${index % 5}-${1 + (index % 3)}`;
    const deployment = { build, outcome: 'succeeded', cause: index % 4 === 1 ? 'promote' : 'deploy' } as const;
    const by = ['ada', 'grace', 'linus'][index % 3]!;
    const cell = cellOf({ build, deployment: { ...deployment, by, startedAt: ago(300 + 777 * index) } });
    const row = rowOf(name);
    return { ...row, cells: { dev: cell, preprod: cell, prod: cell } };
  });
  return boardOf([...rows.filter(({ service }) => service !== 'orders'), rowOf('orders', behind, five)], said);
}

const behind: Partial<DashboardCell> = { build: '20261124-1', behind: { commits: 5, isLeast: false } };

/** Names and texts that want to break out of where they stand. */
export function hostileShop(): DashboardState {
  const long = 'a-service-with-a-name-that-is-as-long-as-kubernetes-lets-a-name-be';
  const markup = '<img src=x onerror=alert(1)>';
  const bidi = 'totals \u202Egnorw\u202C \u0007 \u200B';
  const deployment = {
    build: '20261126-1',
    outcome: 'failed',
    cause: 'deploy',
    by: markup,
    startedAt: ago(3),
  } as const;
  return boardOf(
    [
      rowOf(long, { state: 'stuck', troubles: [`${'pods-cannot-pull-'.repeat(20)} ${markup}`] }, five),
      rowOf('orders', { hold: { by: bidi, reason: markup } }, five),
      rowOf('x', { deployment: { ...deployment, reason: `${markup} ${'because '.repeat(40)}` } }),
      { ...rowOf('left-over', { build: 'a-build-number-that-is-none-of-ours-and-long' }), isInWorkspace: false },
      rowOf(
        'numbers',
        { pods: { ready: 999, wanted: 1000 }, state: 'degraded' },
        { ...five, commits: 12_345, lost: 321 },
      ),
    ],
    { workspace: `${markup} a workspace with a long name`, branch: { name: `feature/${'long-'.repeat(12)}branch` } },
  );
}

/** One environment, as on somebody's first day. */
export function oneEnvironment(): DashboardState {
  const { rows, environments, ...rest } = calmShop();
  return { ...rest, environments: [environments[0]!], rows: rows.slice(0, 4).map(only(['dev'])) };
}

function only(names: readonly string[]) {
  return (row: DashboardRow): DashboardRow => ({
    ...row,
    cells: Object.fromEntries(names.map((name) => [name, row.cells[name] ?? row.cells['prod']!])),
    gaps: Object.fromEntries(names.map((name) => [name, row.gaps[name] ?? row.gaps['prod']!])),
  });
}

/** More environments than a window is wide. */
export function fiveEnvironments(): DashboardState {
  const { rows, ...rest } = everyState();
  const names = ['dev', 'test', 'preprod', 'prod-eu', 'prod-us'];
  const environments = names.map((name) => ({
    ...{ name, isProtected: name.startsWith('prod'), provisioned: 'v3', answer: { state: 'live' } as const },
    ...(name === 'prod-us' ? { frozen: 'Frozen until 2026-12-02 08:00 UTC: the sale' } : {}),
  }));
  return { ...rest, environments, rows: rows.slice(0, 12).map(only(names)) };
}

/** Every state, where prod does not answer, and dev has not answered yet. */
export function unreachableShop(): DashboardState {
  const [dev, preprod, prod] = boardOf([]).environments;
  const reason = 'connect ECONNREFUSED 127.0.0.1:6443';
  const answer: EnvironmentAnswer = { state: 'unreachable', since: ago(12), lastSeen: ago(12), reason };
  const { rows } = everyState();
  return boardOf(rows.slice(0, 12), {
    environments: [{ ...dev!, answer: { state: 'asking' } }, preprod!, { ...prod!, answer }],
  });
}

/** A server that has just started: names, and nothing else yet. */
export function startingShop(): DashboardState {
  const { rows, environments, ...rest } = calmShop();
  const asking = { state: 'asking' } as const;
  return {
    ...rest,
    environments: environments.map(({ name, isProtected }) => ({ name, isProtected, answer: asking })),
    rows: rows.map((row) => ({ ...row, cells: { dev: asking, preprod: asking, prod: asking }, gaps: {} })),
  };
}
