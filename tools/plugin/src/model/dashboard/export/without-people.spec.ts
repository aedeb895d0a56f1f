import fc from 'fast-check';
import type { DashboardState } from '../dashboard-state.ts';
import type { ShownDeployment } from '../service-page.ts';
import type { DashboardExport } from './dashboard-export.ts';
import { withoutPeople } from './without-people.ts';

const at = '2026-11-26T14:03:21.000Z';

interface People {
  readonly deployer: string;
  readonly author: string;
  readonly approver: string;
  readonly holder: string;
}

/** Returns an export in which people are wherever records, commits and texts have them. */
function exportBy({ deployer, author, approver, holder }: People): DashboardExport {
  const deployment: ShownDeployment = {
    ...{ service: 'orders', environment: 'prod', sequence: 1, build: '20261125-1', commit: 'a'.repeat(40) },
    ...{ isDirty: false, action: 'deploy', outcome: 'succeeded', startedAt: at },
    ...{ by: deployer, run: `${deployer}@laptop`, approvedBy: `${approver}, ${holder} (review at the forge)` },
    why: `as ${author.toUpperCase()} asked (${deployer}.mail@example.org)`,
    hold: { build: '20261124-1', by: holder, since: at, reason: `ask ${holder}` },
  };
  const state: DashboardState = {
    ...{ version: 1, now: at, workspace: 'shop', hasActions: false, branch: { name: 'main' } },
    environments: [{ name: 'prod', isProtected: true, answer: { state: 'live' } }],
    rows: [
      {
        ...{ service: 'orders', isInWorkspace: true, tags: [], folder: 'apps/orders' },
        cells: { prod: { state: 'healthy', troubles: [`seen by ${approver}`], hold: { by: holder } } },
        gaps: { prod: { kind: 'ahead', commits: 1, isLeast: false } },
      },
    ],
  };
  const commit = { id: 'b'.repeat(40), author, date: at, subject: `Merge branch of ${author}` };
  const url = `https://forge.example/${author}/shop/commit/1`;
  const side = { commit: 'a'.repeat(40), dirty: false };
  return {
    ...{ by: deployer, commit: 'c'.repeat(40), state, deliveries: {}, leftOut: [] },
    services: {
      orders: {
        ...{ service: 'orders', now: at, builds: [], commits: [commit] },
        environments: [{ environment: 'prod', state: 'read', deployments: [deployment], isCut: false }],
      },
    },
    changes: {
      orders: {
        prod: {
          changes: {
            ...{ service: 'orders', from: side, to: side, commits: [{ ...commit, url, pullRequests: [] }] },
            ...{ lostCommits: [], isHistoryCut: false, authors: [{ name: author, commits: 1 }], pullRequests: [] },
            api: { state: 'none' },
            manifests: { state: 'unknown', reason: `Written by ${author}.` },
            dependencies: { changes: [], unknown: [] },
          },
        },
      },
    },
    activity: { now: at, environments: ['prod'], unreachable: [], deployments: [deployment], more: 0 },
  };
}

const letters = 'abcdefghijklmnopqrstuvwxyzäöüßéåøñçŁŚΩЖ'.split('');
const word = fc
  .array(fc.constantFrom(...letters, "'", '-', '.', '('), { minLength: 3, maxLength: 12 })
  .map((each) => `Zq${each.join('')}x`);
const name = fc.oneof(
  word,
  fc.tuple(word, word).map((parts) => parts.join(' ')),
);

describe('withoutPeople', () => {
  it('leaves no name anywhere, in no spelling', () => {
    fc.assert(
      fc.property(fc.record<People>({ deployer: name, author: name, approver: name, holder: name }), (people) => {
        const text = JSON.stringify(withoutPeople(exportBy(people))).toLowerCase();
        for (const each of Object.values(people)) expect(text).not.toContain(each.toLowerCase());
        expect(text).not.toMatch(/laptop|example\.org/);
      }),
    );
  });

  it('calls the same person the same everywhere, and leaves other things alone', () => {
    const people = { deployer: 'ada', author: 'Ada', approver: 'grace', holder: 'orders' };
    const { by, services, changes, state } = withoutPeople(exportBy(people));
    const [environment] = services['orders']!.environments;
    const [deployment] = environment?.state === 'read' ? environment.deployments : [];
    expect(by).toBe('person-1');
    expect(deployment).toMatchObject({
      ...{ service: 'orders', by: 'person-1', run: 'a machine', hold: { by: 'person-2', reason: 'ask person-2' } },
      approvedBy: 'person-3, person-2 (review at the forge)',
    });
    expect(changes['orders']!['prod']).toMatchObject({
      changes: {
        service: 'orders',
        authors: [{ name: 'person-1' }],
        commits: [{ subject: 'Merge branch of person-1' }],
      },
    });
    expect(state.rows[0]!.folder).toBe('apps/orders');
  });
});
