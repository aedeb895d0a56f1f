import { approvesAll } from '../../../../../twins/src/approve-all.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { deploy } from '../../deploy/deploy.ts';
import { findRelease } from '../../revision/find-release.ts';
import { Board } from '../board/board.ts';
import { exportDashboard } from './export-dashboard.ts';

const how = { timeoutMs: 1000, force: false, ...approvesAll('ada'), allowDowntime: false, adopt: false };

class Workspace {
  readonly scenario = new ReleaseScenario();

  async deployTo(name: string): Promise<void> {
    const { service, ports, reporter, environments } = this.scenario;
    const environment = environments.find((each) => each.name === name)!;
    const release = await findRelease('orders', undefined, ports);
    const actor = { person: 'ada', run: 'ada@laptop' };
    const about = { environmentNames: ['dev', 'preprod', 'prod'], mainBranch: 'main', actor };
    const target = { ...how, ...about, service, release, environment };
    await deploy(target, target, ports, reporter);
    this.scenario.now = new Date(this.scenario.now.getTime() + 60_000);
  }

  export(hasPeople = true, signal = new AbortController().signal) {
    const { environments, services, ports, service } = this.scenario;
    const about = { workspace: 'shop', hasActions: false, environments, services, projects: new Map(), branch: 'main' };
    const board = new Board(about, ports);
    const context = {
      ...{ ports, mainBranch: 'main', services, service: () => service },
      environments: () => Promise.resolve(environments),
    };
    const request = { look: () => board.look(), by: 'ada', hasPeople, otherEnvironments: ['lab'] };
    return exportDashboard(request, context, signal);
  }
}

describe('exportDashboard', () => {
  it('has the grid, the newest deployments, the changes of gaps that differ, and figures', async () => {
    const workspace = new Workspace();
    const { scenario } = workspace;
    await releaseIt(scenario);
    for (const name of ['dev', 'prod']) await workspace.deployTo(name);
    scenario.change('2');
    for (let times = 0; times < 6; times++) {
      await releaseIt(scenario);
      await workspace.deployTo('dev');
      scenario.change(`${times + 3}`);
    }
    const found = await workspace.export();
    expect(found.state.rows[0]!.gaps['prod']).toMatchObject({ kind: 'ahead' });
    const [dev, , prod] = found.services['orders']!.environments;
    expect(dev).toMatchObject({ state: 'read', isCut: true });
    expect(dev!.state === 'read' && dev!.deployments.map(({ sequence }) => sequence)).toHaveLength(5);
    expect(prod).toMatchObject({ isCut: false, deployments: [{ build: '20261124-1', by: 'ada' }] });
    expect(found.changes['orders']!['prod']).toMatchObject({ changes: { from: { buildNumber: '20261124-1' } } });
    expect(found.changes['orders']!['prod']).not.toHaveProperty('markdown');
    expect(found.deliveries['prod']).toMatchObject({ state: 'read', environment: 'prod' });
    expect(found.activity.deployments.length).toBeGreaterThan(5);
    expect(found.leftOut.join()).toContain('lab');
  });

  it('has an environment that does not answer as that, and none of the names of people where they are not wanted', async () => {
    const workspace = new Workspace();
    await releaseIt(workspace.scenario);
    workspace.scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    const found = await workspace.export(false);
    expect(found.state.environments[2]!.answer).toMatchObject({ state: 'unreachable', reason: 'It is gone.' });
    expect(found.services['orders']!.environments[2]).toMatchObject({ state: 'unreachable' });
    expect(found.deliveries['prod']).toMatchObject({ state: 'unreachable' });
    expect(found.state.rows[0]!.cells['prod']).toEqual({ state: 'unknown' });
    expect(JSON.stringify(found)).not.toMatch(/\bada\b/i);
  });

  it('takes secrets out of what others wrote', async () => {
    const workspace = new Workspace();
    await releaseIt(workspace.scenario);
    workspace.scenario.clusters.get('prod')!.unreachable = 'It refused password=hunter2-hunter2.';
    expect(JSON.stringify(await workspace.export())).not.toContain('hunter2');
  });

  it('stops when it is asked to', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(new Workspace().export(true, stopped)).rejects.toThrow('stopped');
  });
});
