import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ordersManifests, ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { planRollback, rollBack } from './rollback.ts';

const path = 'apps/orders/k8s/all.yaml';
const accepted = 'metadata: { name: orders, annotations: { poc.dev/allow-downtime: Clients try again for a minute. } }';
const loss =
  'Service orders: port 80 leads to 8080 of the pods until the restored ones are ready, and those that run have 9090 instead.';

const leadingTo = (port: number, text = ordersManifests) =>
  text.replace('ports: [{ port: 80 }]', `ports: [{ port: 80, targetPort: ${port} }]`);

/** Releases each of these manifests, then goes back by one. @returns what was said, and the record. */
async function backFrom(...releases: readonly string[]) {
  const scenario = new ReleaseScenario();
  for (const text of releases) {
    scenario.repository.write(path, text);
    scenario.repository.commit();
    await releaseIt(scenario, { allowDowntime: true });
  }
  scenario.lines.splice(0);
  const { service, environments, ports, reporter } = scenario;
  const environment = environments.find(({ name }) => name === 'preprod')!;
  const actor = { person: 'ada', run: 'ada@laptop' };
  const request = { service, environment, environmentNames: ['dev', 'preprod', 'prod'], mainBranch: 'main', actor };
  const plan = await planRollback({ ...request, to: undefined, reason: undefined }, ports);
  const { state } = await rollBack(plan, { timeoutMs: 1000 }, ports, reporter);
  const [record] = await scenario.clusters.get('preprod')!.records('orders');
  return { state, losses: plan.losses.map(({ line }) => line), lines: scenario.lines, exceptions: record?.exceptions };
}

it('warns of a Service that finds no pods for a while, records it, and goes back all the same', async () => {
  const { state, losses, lines, exceptions } = await backFrom(leadingTo(8080), leadingTo(9090));
  expect(state).toBe('rolled-back');
  expect(losses).toEqual([loss]);
  expect(lines).toContain(`preprod: ${loss}`);
  expect(exceptions).toEqual([
    {
      object: 'Deployment orders',
      reason: 'A rollback is not held up by it.',
      lifted: ['Service orders, port 80'],
    },
  ]);
});

it('records the reason that the manifest of what is left gives', async () => {
  const excused = leadingTo(9090).replace(
    'metadata: { name: orders }\nspec:\n  replicas',
    `${accepted}\nspec:\n  replicas`,
  );
  const { exceptions } = await backFrom(leadingTo(8080), excused);
  expect(exceptions).toMatchObject([{ reason: 'Clients try again for a minute.' }]);
});

it.each([
  [
    'what runs listens at both',
    leadingTo(9090).replace('image: orders', 'image: orders\n          ports: [{ containerPort: 8080 }]'),
  ],
  ['the Service stays as it is', leadingTo(8080).replace('replicas: 2', 'replicas: 3')],
])('warns of nothing where %s', async (_, text) => {
  const { losses, exceptions } = await backFrom(leadingTo(8080), text);
  expect([losses, exceptions]).toEqual([[], undefined]);
});
