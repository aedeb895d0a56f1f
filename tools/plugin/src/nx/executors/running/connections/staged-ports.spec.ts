import { ReleaseScenario } from '../../../../../../twins/src/release-scenario.ts';
import type { ReleasePorts } from '../../../../ports/release-ports.ts';
import { stagedPorts } from './staged-ports.ts';
import { Stages } from './stages.ts';

const holder = { person: 'ada', run: 'ada@laptop' };
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function world() {
  const scenario = new ReleaseScenario();
  const stages = new Stages(2);
  const asked = new AbortController();
  const forOne = (onStage = () => {}): ReleasePorts =>
    stagedPorts(scenario.ports, { stages, signal: asked.signal, onStage });
  return { scenario, asked, forOne, environments: scenario.environments };
}

it('changes sixteen services of an environment at once, and counts each environment by itself', async () => {
  const { forOne, environments, asked } = world();
  const lockIn = async (index: number, service: string) =>
    (await forOne().cluster(environments[index]!)).lock(service, holder, () => {}, asked.signal);
  const locked = await Promise.all(Array.from({ length: 16 }, (_, index) => lockIn(0, `shop-${index}`)));
  let isIn = false;
  const next = lockIn(0, 'next').then(() => (isIn = true));
  await lockIn(1, 'elsewhere');
  await settled();
  expect(isIn).toBe(false);
  await locked[3]!.release();
  await next;
  const late = lockIn(0, 'late');
  asked.abort(new Error('asked to stop'));
  await expect(late).rejects.toThrow('asked to stop');
});

it('gives the place of a service back whose lock is not to be had', async () => {
  const { scenario, forOne, environments } = world();
  const cluster = scenario.clusters.get('dev')!;
  const lock = cluster.lock.bind(cluster);
  cluster.lock = () => Promise.reject(new Error('no lock'));
  const staged = await forOne().cluster(environments[0]!);
  for (let count = 0; count < 20; count++)
    await expect(staged.lock('orders', holder, () => {})).rejects.toThrow('no lock');
  cluster.lock = lock;
  await (await staged.lock('orders', holder, () => {})).release();
});

it('leaves what has no stage as it is', async () => {
  const { scenario, forOne, environments } = world();
  let count = 0;
  const ports = forOne(() => void count++);
  const cluster = await ports.cluster(environments[0]!);
  expect(await cluster.services()).toEqual([]);
  expect((await ports.engine()).name).toBe(scenario.engine.name);
  expect(await ports.repository.headCommit()).toBe(await scenario.repository.headCommit());
  expect(await ports.facade(environments[0]!)).toBeUndefined();
  expect(count).toBe(0);
  await cluster.lock('orders', holder, () => {});
  expect(count).toBe(1);
});
