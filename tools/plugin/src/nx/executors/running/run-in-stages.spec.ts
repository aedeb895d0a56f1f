import type { TaskGraph } from '@nx/devkit';
import { ordersManifests, ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { interruption } from '../../../model/errors/interruption.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import { hashContent } from '../../../model/content/content-hash.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { isInterrupted } from '../../graph/task-hooks/interruption-mark.ts';
import { RunLog } from '../output/ci/run-log.ts';
import { Stages } from './connections/stages.ts';
import type { SharedRun } from './run-context.ts';
import { runInStages } from './run-in-stages.ts';
import { taskResult, type Task } from './task.ts';

/** Seconds of the clock that each takes. */
const takes = { build: 20, push: 5, rollout: 1000 };
type Kind = keyof typeof takes;

/** A clock that only goes on when nothing is left to be done at its time. */
class Clock {
  now = 0;
  private sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  pass(seconds: number): Promise<void> {
    return new Promise((wake) => void this.sleepers.push({ at: this.now + seconds, wake }));
  }

  async runUntil<T>(end: Promise<T>): Promise<T> {
    let hasEnded = false;
    const note = () => void (hasEnded = true);
    end.then(note, note);
    while (!hasEnded) {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      const next = Math.min(...this.sleepers.map(({ at }) => at));
      if (next === Infinity) continue;
      this.now = next;
      const awake = this.sleepers.filter(({ at }) => at === next);
      this.sleepers = this.sleepers.filter(({ at }) => at > next);
      for (const { wake } of awake) wake();
    }
    return end;
  }
}

interface Span {
  readonly kind: Kind;
  readonly service: string;
  readonly from: number;
  to: number;
}

/** Ten services that changed at once, in a world of twins that takes its time. */
class Shop extends ReleaseScenario {
  readonly clock = new Clock();
  readonly spans: Span[] = [];
  readonly asked = new AbortController();
  readonly names = Array.from({ length: 10 }, (_, index) => `shop-${index}`);
  /** Services whose builds fail. */
  broken: readonly string[] = [];

  constructor() {
    super();
    for (const name of this.names) {
      this.repository.write(`apps/${name}/Dockerfile`, 'FROM scratch');
      this.repository.write(`apps/${name}/k8s/all.yaml`, ordersManifests.replaceAll('orders', name));
    }
    this.repository.commit();
  }

  /** The longest rows of one kind that were at the same time. */
  mostAtOnce(kind: Kind): number {
    const all = this.of(kind);
    return Math.max(...all.map(({ from }) => all.filter((each) => each.from <= from && from < each.to).length));
  }

  of(kind: Kind): Span[] {
    return this.spans.filter((span) => span.kind === kind);
  }

  private async spend<T>(kind: Kind, service: string, action: () => Promise<T>): Promise<T> {
    const span = { kind, service, from: this.clock.now, to: Infinity };
    this.spans.push(span);
    await this.clock.pass(takes[kind]);
    span.to = this.clock.now;
    return action();
  }

  /** Ports that take the time of the clock. */
  private get slowPorts(): ReleasePorts {
    const { ports, engine } = this;
    return {
      ...ports,
      engine: async () => ({
        name: 'slow',
        requireBuildable: (recipe) => engine.requireBuildable(recipe),
        forget: (image) => engine.forget(image),
        build: (build, ...rest) => {
          const service = build.context.split('/').at(-1)!;
          return this.spend('build', service, async () => {
            if (this.broken.includes(service))
              throw new Failure({
                type: 'image-build-failed',
                doing: 'build',
                reason: 'It is broken.',
                remedy: 'Mend.',
              });
            return engine.build(build, ...rest);
          });
        },
        push: (image, ...rest) => this.spend('push', image.repository, () => engine.push(image, ...rest)),
      }),
      cluster: async (environment) => {
        const cluster = await ports.cluster(environment);
        return new Proxy(cluster, {
          get: (target, key) => {
            if (key !== 'waitUntilReady') return Reflect.get(target, key, target);
            const waitUntilReady: typeof target.waitUntilReady = (objects, options) =>
              this.spend('rollout', objects[0]!.metadata.name, () => target.waitUntilReady(objects, options));
            return waitUntilReady;
          },
        });
      },
    };
  }

  /** Releases all of them. @returns the results by service, in the order in which they came. */
  async releaseAll(cores: number): Promise<ReadonlyMap<string, { success: boolean; terminalOutput: string }>> {
    const shared = {
      workspaceRoot: '/workspace',
      ports: this.slowPorts,
      log: new RunLog({}),
      signal: this.asked.signal,
    } as unknown as SharedRun;
    const task: Task = (name, _, { ports, signal }) =>
      taskResult({ deploys: true }, async () => {
        const one = Object.create(this, { ports: { value: ports }, service: { value: this.serviceNamed(name) } });
        await releaseIt(one as ReleaseScenario, { signal });
        return [`${name} is released`];
      });
    const tasks = this.names.map((project) => ({ id: project, target: { project, target: 'release' } }));
    const batch = { tasks: tasks as TaskGraph['tasks'][string][], inputs: {} };
    const results = new Map<string, { success: boolean; terminalOutput: string }>();
    const all = async () => {
      const running = runInStages(task, batch, shared, new Stages(cores));
      for await (const { task: id, result } of running) results.set(id, result);
    };
    await this.clock.runUntil(all());
    return results;
  }

  private serviceNamed(name: string): ReleaseScenario['service'] {
    const root = `apps/${name}`;
    return {
      ...this.service,
      ...{ name, root, folder: `/workspace/${root}`, projectRoots: [root], inputFolders: [root] },
      isContent: (path) => path.startsWith(`${root}/`),
      contentHash: async (source) =>
        hashContent({
          files: await (source === 'working-tree'
            ? this.repository.workingTreeBlobs([root])
            : this.repository.blobs(source.commit, [root])),
          packages: [],
        }),
      build: () => ({ ...this.service.build(), context: `/workspace/${root}` }),
    };
  }
}

it('builds as many at once as there are processors, while others are pushed and roll out', async () => {
  const shop = new Shop();
  const results = await shop.releaseAll(2);
  expect([...results.values()].map(({ success }) => success)).toEqual(shop.names.map(() => true));
  expect(shop.mostAtOnce('build')).toBe(2);
  // One after the other, without a pause in between.
  expect(shop.of('build').map(({ from }) => from)).toEqual([0, 0, 20, 20, 40, 40, 60, 60, 80, 80]);
  // The last one is built long before the first has rolled out, and each begins to when it is pushed.
  const rollouts = shop.of('rollout');
  expect(rollouts.map(({ from }) => from)).toEqual([25, 25, 45, 45, 65, 65, 85, 85, 105, 105]);
  expect(shop.clock.now).toBe(105 + takes.rollout);
});

it('builds with each processor of a larger machine, and pushes a few at a time', async () => {
  const shop = new Shop();
  await shop.releaseAll(8);
  expect(shop.mostAtOnce('build')).toBe(8);
  expect(shop.mostAtOnce('push')).toBe(4);
  expect(shop.mostAtOnce('rollout')).toBe(10);
});

it('releases the others when one fails', async () => {
  const shop = new Shop();
  shop.broken = ['shop-1', 'shop-4'];
  const results = await shop.releaseAll(2);
  expect([...results].filter(([, { success }]) => !success).map(([name]) => name)).toEqual(['shop-1', 'shop-4']);
  expect(shop.of('rollout').map(({ service }) => service)).toHaveLength(8);
});

it('begins no further stage when it is asked to stop, and says of each service how far it came', async () => {
  const shop = new Shop();
  void shop.clock.pass(30).then(() => shop.asked.abort(interruption('SIGINT')));
  const results = await shop.releaseAll(2);
  expect(shop.spans.filter(({ from }) => from > 30)).toEqual([]);
  expect(shop.of('build').map(({ service }) => service)).toEqual(['shop-0', 'shop-1', 'shop-2', 'shop-3']);
  expect([...results.keys()].sort()).toEqual(shop.names);
  expect(
    [...results.values()].filter(({ success, terminalOutput }) => success || !isInterrupted(terminalOutput)),
  ).toEqual([]);
  expect(results.get('shop-9')!.terminalOutput).toContain('Nothing was done for it.');
});
