import { approvesAll } from '../../../../../twins/src/approve-all.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import type { Activity } from '../../../model/dashboard/activity.ts';
import type { AuditPage } from '../../../model/dashboard/audit-page.ts';
import type { Delivery } from '../../../model/dashboard/delivery.ts';
import { describePath, type ReleaseGraph } from '../../../model/dashboard/graph/release-graph.ts';
import type { Moment } from '../../../model/dashboard/moment.ts';
import type { ServiceChanges } from '../../../model/dashboard/service-changes.ts';
import type { ServiceObjects } from '../../../model/dashboard/service-objects.ts';
import type { ServicePage } from '../../../model/dashboard/service-page.ts';
import type { CommitPage } from '../../../model/dashboard/whereabouts.ts';
import { deploy } from '../../deploy/deploy.ts';
import { findRelease } from '../../revision/find-release.ts';
import { detailRoutes } from './detail-routes.ts';

const how = { timeoutMs: 1000, force: false, ...approvesAll('ada'), allowDowntime: false, adopt: false };

class Page {
  readonly scenario = new ReleaseScenario();
  private readonly routes = detailRoutes({
    ports: this.scenario.ports,
    mainBranch: 'main',
    services: this.scenario.services,
    environments: () => Promise.resolve(this.scenario.environments),
    service: () => this.scenario.service,
  });

  /** Sends the answer through JSON, as the server does. */
  async ask<T>(path: string, params: Record<string, string> = {}, query = ''): Promise<T> {
    const route = this.routes.find((each) => each.path === path)!;
    const { signal } = new AbortController();
    const answer = await route.handle({ params, query: new URLSearchParams(query), body: undefined, signal });
    return JSON.parse(JSON.stringify(answer)) as T;
  }

  async deployTo(name: string): Promise<void> {
    const { service, ports, reporter, environments } = this.scenario;
    const environment = environments.find((each) => each.name === name)!;
    const release = await findRelease('orders', undefined, ports);
    const about = {
      environmentNames: ['dev', 'preprod', 'prod'],
      mainBranch: 'main',
      actor: { person: 'ada', run: 'ada@laptop' },
    };
    const target = { ...how, ...about, service, release, environment };
    await deploy(target, target, ports, reporter);
  }

  /** Two builds: the first in all environments, the second in all but prod. */
  async fill(): Promise<{ readonly between: Date }> {
    await releaseIt(this.scenario);
    for (const name of ['dev', 'prod']) await this.deployTo(name);
    this.wait(3600_000);
    const between = this.scenario.now;
    this.wait(3600_000);
    this.scenario.change('2');
    await releaseIt(this.scenario);
    await this.deployTo('dev');
    this.wait(60_000);
    return { between };
  }

  wait(milliseconds: number): void {
    this.scenario.now = new Date(this.scenario.now.getTime() + milliseconds);
  }
}

describe('what the dashboard tells beside its grid', () => {
  it('a service: deployments with their proof, builds and commits; an environment that is gone is told as that', async () => {
    const page = new Page();
    await page.fill();
    const ask = () => page.ask<ServicePage>('/api/services/:service', { service: 'orders' });
    expect((await ask()).commits).toMatchObject([{ subject: 'change' }]);
    page.scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    const found = await ask();
    expect(found.builds).toEqual(['20261124-2', '20261124-1']);
    expect(found.environments).toMatchObject([
      {
        state: 'read',
        isCut: false,
        deployments: [
          { sequence: 2, build: '20261124-2', by: 'ada', action: 'deploy', outcome: 'succeeded' },
          { sequence: 1, build: '20261124-1' },
        ],
      },
      { state: 'read', deployments: [{ build: '20261124-2' }, { build: '20261124-1' }] },
      { environment: 'prod', state: 'unreachable', reason: 'It is gone.' },
    ]);
  });

  it('changes between any two, older to newer, with build numbers as texts', async () => {
    const page = new Page();
    await page.fill();
    const ask = (query: string) =>
      page.ask<ServiceChanges>('/api/services/:service/changes', { service: 'orders' }, query);
    const { changes, markdown } = await ask('from=dev&to=prod');
    expect([changes.from.buildNumber, changes.to.buildNumber]).toEqual(['20261124-1', '20261124-2']);
    expect(changes.commits).toHaveLength(1);
    expect(markdown).toContain('## orders');
    expect((await ask('from=20261124-1&to=HEAD')).changes.to.buildNumber).toBeUndefined();
    await expect(ask('from=staging')).rejects.toThrow('There is no environment "staging"');
  });

  it('a moment: what ran, and what differs from now', async () => {
    const page = new Page();
    const { between } = await page.fill();
    page.scenario.clusters.get('preprod')!.unreachable = 'It is gone.';
    const found = await page.ask<Moment>('/api/moments/:time', { time: between.toISOString() });
    expect(found.environments).toMatchObject([
      {
        environment: 'dev',
        services: { orders: { state: 'ran', build: '20261124-1', now: '20261124-2', differs: true } },
      },
      { environment: 'preprod', state: 'unreachable' },
      { environment: 'prod', services: { orders: { build: '20261124-1', differs: false } } },
    ]);
    expect(found.previous! < found.at && found.at < found.next!).toBe(true);
    for (const time of ['2026-11-24T12:30', 'yesterday', '2999-01-01T00:00Z'])
      await expect(page.ask('/api/moments/:time', { time })).rejects.toThrow('is no moment that has passed');
  });

  it('objects, and who changed which field of them', async () => {
    const page = new Page();
    await page.fill();
    const found = await page.ask<ServiceObjects>('/api/services/:service/objects', { service: 'orders' });
    expect(found.environments[0]).toMatchObject({ state: 'read', build: '20261124-2', isUnderWay: false, unread: [] });
    const [dev] = found.environments;
    expect(dev?.state === 'read' && dev.objects.map(({ state }) => state)).toContain('as-deployed');
  });

  it('a commit, the delivery and the activity', async () => {
    const page = new Page();
    await page.fill();
    const id = await page.scenario.repository.headCommit();
    const commit = await page.ask<CommitPage>('/api/commits/:id', { id });
    expect(commit.services).toMatchObject([
      { releasedIn: ['20261124-2'], environments: [{ state: 'runs' }, { state: 'runs' }, { state: 'waits' }] },
    ]);
    const delivery = await page.ask<Delivery>('/api/delivery', {}, 'env=dev&since=30d');
    expect(delivery).toMatchObject({ environment: 'dev', state: 'read', all: { changes: { succeeded: 2 } } });
    expect(delivery.state === 'read' && delivery.changes.map(({ leadTimes }) => leadTimes?.length)).toEqual([0, 1]);
    await expect(page.ask('/api/delivery', {}, 'since=soon')).rejects.toThrow('is no length of time');
    const { deployments, more } = await page.ask<Activity>('/api/activity');
    expect(deployments.at(-1)).toMatchObject({ build: '20261124-1' });
    expect([deployments.length, more]).toEqual([5, 0]);
  });

  it('what a commit would release, and by which way', async () => {
    const page = new Page();
    await page.fill();
    const ask = (query = '') => page.ask<ReleaseGraph>('/api/graph', {}, query);
    const newest = await ask();
    expect(newest).toMatchObject({ branch: 'main', isMerge: false, unaffected: 0 });
    expect(newest.paths.map((path) => describePath(path, newest.nodes))).toEqual(['orders ← apps/orders/src/main.ts']);
    page.scenario.repository.write('README.md', '2');
    const commit = page.scenario.repository.commit();
    expect(await ask(`commit=${commit.slice(0, 12)}`)).toMatchObject({
      commit: { id: commit },
      unaffected: 1,
      paths: [],
    });
    const { services } = await page.ask<CommitPage>('/api/commits/:id', { id: newest.commit.id });
    expect(services.map(({ service }) => service)).toEqual(['orders']);
    await expect(ask('commit=ffffffff')).rejects.toThrow('This clone knows no commit of that name');
  });

  it('what an audit finds, by subject; made again only when it is asked for, or old', async () => {
    const page = new Page();
    await page.fill();
    const ask = (query = '') => page.ask<AuditPage>('/api/audit', {}, query);
    const agreed = await ask();
    expect(agreed).toMatchObject({ forge: 'checked', checked: { services: 1, releases: 2 }, subjects: [] });
    page.scenario.clusters.get('prod')!.unreachable = 'It is gone.';
    page.wait(1000);
    expect((await ask()).subjects).toEqual([]);
    const found = await ask(`after=${agreed.auditedAt}`);
    expect(found.subjects).toMatchObject([{ subject: 'prod', findings: [{ type: 'environment-unreachable' }] }]);
    expect(found.auditedAt).not.toBe(agreed.auditedAt);
    page.scenario.clusters.get('prod')!.unreachable = undefined;
    page.wait(61_000);
    expect((await ask()).subjects).toEqual([]);
    await expect(ask('after=yesterday')).rejects.toThrow('is no moment');
  });
});
