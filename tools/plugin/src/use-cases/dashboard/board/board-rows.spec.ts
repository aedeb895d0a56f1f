import { catchProductError } from '../../../model/errors/result.ts';
import fc from 'fast-check';
import { InMemoryCluster } from '../../../../../twins/src/cluster/in-memory-cluster.ts';
import { applyPatch } from '../../../model/dashboard/apply-patch.ts';
import type { DashboardState } from '../../../model/dashboard/dashboard-state.ts';
import { patchBetween } from '../../../model/dashboard/patch-between.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { ChangedServices } from '../../../model/observe/changed-services.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import type { Observed } from '../../observe/status.ts';
import { BoardRows } from './board-rows.ts';
import { dashboardRows, type BoardMaterial } from './dashboard-rows.ts';
import { lookAgain } from './look-again.ts';

const services = ['orders', 'payments', 'stock', 'foreign'];
const marker = 'marker';

function workloadOf(service: string, build: number): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: service,
      labels: { 'poc.dev/service': service },
      annotations: { 'poc.dev/build-number': `20261124-${build}`, 'poc.dev/commit': String(build).repeat(40) },
    },
    spec: { replicas: 2, template: { spec: { containers: [{ name: service, image: `${service}@sha256:${build}` }] } } },
  };
}

async function deploy(cluster: InMemoryCluster, service: string, build: number, hasEnded: boolean): Promise<void> {
  const manifests = [workloadOf(service, build)];
  const record = await cluster.openRecord({
    environment: 'preprod',
    release: {
      service,
      buildNumber: BuildNumber.parse(`20261124-${build}`)!,
      commit: String(build).repeat(40),
      imageDigest: `sha256:${build}`,
      contentHash: `sha256:${build}`,
      dirty: false,
    },
    manifests,
    actor: { person: 'ada', run: 'ada@laptop' },
    cause: { action: 'deploy' },
    startedAt: '2026-11-24T12:00:00Z',
  });
  await cluster.apply(await cluster.plan(service, manifests));
  if (!hasEnded) return;
  await cluster.waitUntilReady(manifests, { timeoutMs: 1000, onProgress: () => {} });
  await cluster.closeRecord(record, { outcome: build === 3 ? 'failed' : 'succeeded' });
}

/** Things that happen to a service. */
const happenings: Readonly<Record<string, (cluster: InMemoryCluster, service: string, build: number) => unknown>> = {
  // One whose workload was given to another service is refused.
  deploys: (cluster, service, build) =>
    catchProductError(
      () => deploy(cluster, service, build, true),
      () => {},
    ),
  begins: (cluster, service, build) =>
    catchProductError(
      () => deploy(cluster, service, build, false),
      () => {},
    ),
  degrades: (cluster, service) => cluster.degrade(service, 'down'),
  recovers: (cluster, service) => cluster.recover(service),
  'is scaled by hand': (cluster, service, build) =>
    cluster.read('Deployment', service) && cluster.scale(service, 'kubectl-scale', build),
  'is put in by hand': (cluster, service, build) => cluster.put(workloadOf(service, build)),
  'is deleted': (cluster, service) => cluster.remove('Deployment', service),
  'loses its record': (cluster, service) => cluster.kept.remove(service, 1),
  'changes its service': (cluster, service) =>
    cluster.read('Deployment', service) &&
    cluster.edit('Deployment', service, 'kubectl-label', ['metadata', 'labels', 'poc.dev/service'], 'stock'),
};

const happening = fc.record({
  environment: fc.constantFrom('preprod', 'prod'),
  service: fc.constantFrom(...services),
  what: fc.constantFrom(...Object.keys(happenings)),
  build: fc.integer({ min: 1, max: 3 }),
});

/** An environment that is looked at by what its watch names. */
class LookedAt {
  readonly environment: Environment;
  readonly cluster = new InMemoryCluster();
  readonly stop = new AbortController();
  observed: Observed | undefined;
  private readonly changes = this.cluster.changes(this.stop.signal);

  constructor(name: string) {
    this.environment = { name } as Environment;
  }

  readonly ports = { cluster: async () => this.cluster, facade: async () => undefined };

  async look(): Promise<ChangedServices> {
    const named = new Set<string>();
    // What was written before the marker is named when the marker is.
    this.cluster.put({
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name: marker, labels: { 'poc.dev/service': marker } },
    });
    let wanted: ChangedServices = named;
    while (!named.has(marker) && wanted !== 'all') {
      const { value } = (await this.changes.next()) as { value: ChangedServices };
      if (value === 'all') wanted = 'all';
      else for (const each of value) named.add(each);
    }
    const { observed, changed } = await lookAgain(this.observed, wanted, this.environment, this.ports);
    this.observed = observed;
    return changed;
  }
}

it('is at each moment what looking at all services gives, and a patch leads to it', async () => {
  const steps = fc.array(fc.array(happening, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const places = [new LookedAt('preprod'), new LookedAt('prod')];
      const rows = new BoardRows();
      const materialOf = (observed: ReadonlyMap<string, Observed>): BoardMaterial => ({
        environments: places.map(({ environment }) => environment),
        services: { services: services.slice(0, 3) } as unknown as BoardMaterial['services'],
        branch: 'main',
        projects: new Map(),
        observed,
        history: undefined,
      });
      let shown = { version: 0, rows: [] as DashboardState['rows'] } as DashboardState;
      for (const step of [[], ...all]) {
        for (const { environment, service, what, build } of step)
          await happenings[what]!(
            places.find((place) => place.environment.name === environment)!.cluster,
            service,
            build,
          );
        const touched = new Set(step.map(({ service }) => service));
        const whole = new Map<string, Observed>();
        for (const place of places) {
          rows.note(await place.look());
          const { observed } = await lookAgain(undefined, 'all', place.environment, place.ports);
          whole.set(place.environment.name, observed);
        }
        const seen = new Map(places.map((place) => [place.environment.name, place.observed!]));
        const before = shown;
        const next = { ...before, version: before.version + 1, rows: rows.update(materialOf(seen)) };
        expect(next.rows).toEqual(dashboardRows(materialOf(whole)));
        const patch = patchBetween(before, next);
        shown = patch ? applyPatch(before, patch) : before;
        expect(shown.rows).toEqual(next.rows);
        if (before.version > 0 && !touched.has('foreign'))
          for (const row of before.rows)
            if (!touched.has(row.service) && row.service !== 'stock') expect(next.rows).toContain(row);
        shown = { ...next };
      }
      for (const { stop } of places) stop.abort();
    }),
    { numRuns: 40 },
  );
});
