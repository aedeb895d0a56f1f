import type {
  CellState,
  DashboardCell,
  DashboardGap,
  DashboardRow,
  DashboardState,
} from '../../plugin/src/model/dashboard/dashboard-state.ts';

/** When all of the tests' states are. */
export const at = '2026-11-26T14:03:21.000Z';

const ago = (minutes: number) => new Date(Date.parse(at) - minutes * 60_000).toISOString();
const commit = '1a2b3c4d'.repeat(5);

/** Every state that a cell can have, the quiet one first. */
export const cellStates: readonly CellState[] = [
  ...(['healthy', 'rolling-out', 'degraded', 'stuck', 'down', 'gone', 'failing', 'stopped'] as const),
  ...(['suspended', 'done', 'unknown', 'absent', 'asking'] as const),
];

/** Returns a cell as it is when all is well, but for what is said. */
export function cellOf(said: Partial<DashboardCell> = {}): DashboardCell {
  const deployment = { build: '20261125-2', outcome: 'succeeded', cause: 'deploy', by: 'ada' } as const;
  return {
    state: 'healthy',
    build: '20261125-2',
    commit,
    pods: { ready: 2, wanted: 2 },
    deployment: { ...deployment, startedAt: ago(190), endedAt: ago(189) },
    behind: { commits: 0, isLeast: false },
    ...said,
  };
}

const same: DashboardGap = { kind: 'same' };

/** Returns a row with the same everywhere, but for what is said of prod. */
export function rowOf(service: string, prod: Partial<DashboardCell> = {}, gap: DashboardGap = same): DashboardRow {
  const cells = { dev: cellOf(), preprod: cellOf(), prod: cellOf(prod) };
  const gaps = { dev: { kind: 'ahead', commits: 0, isLeast: false }, preprod: same, prod: gap } as const;
  return {
    service,
    isInWorkspace: true,
    tags: [`team:${service.slice(0, 3)}`],
    folder: `apps/${service}`,
    cells,
    gaps,
  };
}

/** Returns a state of three environments that answer. */
export function boardOf(rows: readonly DashboardRow[], said: Partial<DashboardState> = {}): DashboardState {
  const head = (name: string, isProtected = false) =>
    ({ name, isProtected, provisioned: 'v3', answer: { state: 'live' } }) as const;
  return {
    version: 1,
    now: at,
    workspace: 'shop',
    hasActions: false,
    branch: { name: 'main', commit },
    environments: [head('dev'), head('preprod'), head('prod', true)],
    rows: [...rows].sort((one, other) => (one.service < other.service ? -1 : 1)),
    ...said,
  };
}

/** One row for each state, and one for each mark and kind of gap. */
export function everyState(): DashboardState {
  const states = cellStates.map((state) =>
    rowOf(`state-${state}`, {
      state,
      ...(state === 'degraded' ? { pods: { ready: 1, wanted: 2 } } : {}),
      ...(state === 'stuck' ? { troubles: ['pods cannot pull (ImagePullBackOff)'] } : {}),
    }),
  );
  const ahead = { kind: 'ahead', commits: 5, isLeast: false } as const;
  const deployment = { build: '20261126-1', cause: 'deploy', by: 'grace', startedAt: ago(3) } as const;
  return boardOf([
    ...states,
    rowOf('held', { hold: { by: 'grace', reason: 'wrong totals' } }, ahead),
    rowOf('drifted', { drift: ['replicas 2 → 3 by kubectl'] }),
    rowOf('failed', { deployment: { ...deployment, outcome: 'failed', endedAt: ago(2), reason: 'went back' } }, ahead),
    rowOf('running', { deployment: { ...deployment, outcome: 'running' } }, ahead),
    rowOf('soaking', {}, { ...ahead, soakUntil: new Date(Date.parse(at) + 12 * 60_000).toISOString() }),
    rowOf('hotfix', {}, { ...ahead, lost: 1 }),
    rowOf('behind', { behind: { commits: 31, isLeast: false } }, { ...ahead, isLeast: true }),
    rowOf(
      'blind',
      { behind: { unknown: 'the clone is shallow' } },
      { kind: 'unknown', reason: 'the clone is shallow' },
    ),
  ]);
}

/** Many services: a few of them in trouble. */
export function manyServices(count: number): DashboardState {
  const rows = Array.from({ length: count }, (_, index) => {
    const name = `service-${String(index).padStart(4, '0')}`;
    return index % 97 === 5 ? rowOf(name, { state: 'stuck' }) : rowOf(name);
  });
  return boardOf(rows);
}
