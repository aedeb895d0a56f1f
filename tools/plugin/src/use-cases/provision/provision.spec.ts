import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { annotation } from '../../model/product/wire-names.ts';
import { fieldAt } from '../../model/manifests/source/object-fields.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { packageProvisioning, previewPackaging } from './package-provisioning.ts';
import { planRollback } from '../rollback/rollback.ts';
import { provision, type ProvisionRequest } from './provision.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const folder = 'Infrastructure/kubernetes';
const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: '${NAMESPACE}', labels: { tier: '${TIER}' } }\n";
const quota = (pods: number) =>
  `apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: usual }\nspec: { hard: { pods: '${pods}' } }\n`;
const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra }\ndata: { a: "1" }\n';

/** A workspace with a configuration, and one more commit for each change of it. */
function start(): ReleaseScenario {
  const scenario = new ReleaseScenario();
  write(scenario, { [`${folder}/namespace.yaml`]: namespace, [`${folder}/quota.yaml`]: quota(10) });
  write(scenario, { 'Infrastructure/environments/preprod.yaml': 'tier: one' });
  return scenario;
}

function write({ repository }: ReleaseScenario, files: Readonly<Record<string, string | undefined>>): string {
  for (const [path, text] of Object.entries(files))
    if (text === undefined) repository.remove(path);
    else repository.write(path, text);
  return repository.commit();
}

/** Their files in this world hold nothing but a variable. */
const readEnvironmentsOf =
  ({ environments }: ReleaseScenario): ProvisionRequest['readEnvironments'] =>
  async (texts) =>
    environments.map((each) => ({
      ...each,
      variables: { TIER: texts.get('Infrastructure/environments/preprod.yaml')?.slice('tier: '.length) ?? 'none' },
    }));

const packageIt = (scenario: ReleaseScenario) =>
  packageProvisioning(readEnvironmentsOf(scenario), 'main', scenario.ports, scenario.reporter);

const provisionIt = (scenario: ReleaseScenario, wishes: Partial<ProvisionRequest> = {}, name = 'preprod') =>
  provision(
    {
      environment: scenario.environments.find((each) => each.name === name)!,
      version: undefined,
      actor,
      approvedBy: undefined,
      dryRun: false,
      readEnvironments: readEnvironmentsOf(scenario),
      mainBranch: 'main',
      ...wishes,
    },
    scenario.ports,
    scenario.reporter,
  );

const preprod = (scenario: ReleaseScenario) => scenario.configurations.get('preprod')!;
const podsIn = (scenario: ReleaseScenario) =>
  fieldAt(preprod(scenario).read('ResourceQuota', 'usual', 'preprod'), 'spec', 'hard', 'pods');
const version = (text: string) => BuildNumber.parse(text)!;
const outcomes = async (scenario: ReleaseScenario) =>
  (await preprod(scenario).records()).map((record) => `${record.package.version} ${record.outcome}`);

describe('packaging', () => {
  it('shows what it would do without doing it', async () => {
    const scenario = start();
    const preview = () => previewPackaging(readEnvironmentsOf(scenario), 'main', scenario.ports, scenario.reporter);
    expect(await preview()).toMatchObject({ state: 'planned' });
    expect(await preview()).toMatchObject({ state: 'planned' });
    expect(await packageIt(scenario)).toMatchObject({ state: 'made', package: { version: version('20261124-1') } });
    expect(await preview()).toMatchObject({ state: 'known' });
  });

  it('gives a version to new content only, and never by a service', async () => {
    const scenario = start();
    expect(await packageIt(scenario)).toMatchObject({
      state: 'made',
      package: { version: version('20261124-1') },
    });
    expect(await packageIt(scenario)).toMatchObject({ state: 'known' });
    scenario.change('2');
    await releaseIt(scenario);
    expect(await packageIt(scenario)).toMatchObject({
      state: 'known',
      package: { version: version('20261124-1') },
    });
    write(scenario, { [`${folder}/quota.yaml`]: quota(20) });
    expect(await packageIt(scenario)).toMatchObject({
      state: 'made',
      package: { version: version('20261124-2') },
    });
    write(scenario, { 'Infrastructure/environments/preprod.yaml': 'tier: two' });
    expect(await packageIt(scenario)).toMatchObject({ package: { version: version('20261124-3') } });
  });

  it('does not make an older commit the newest version', async () => {
    const scenario = start();
    const { repository } = scenario;
    const old = await repository.headCommit();
    write(scenario, { [`${folder}/quota.yaml`]: quota(20) });
    await packageIt(scenario);
    repository.checkout(old);
    expect(await packageIt(scenario)).toMatchObject({
      state: 'superseded',
      package: { version: version('20261124-1') },
    });
    expect(await provisionIt(scenario)).toEqual({ state: 'superseded', by: version('20261124-1') });
  });

  it('refuses what cannot be rendered for every environment', async () => {
    const scenario = start();
    write(scenario, { [`${folder}/prod.yaml`]: quota(10).replace('usual', 'unusual') });
    await expect(packageIt(scenario)).rejects.toMatchObject({ exitCode: 2, facts: { type: 'bad-overlay' } });
    await expect(provisionIt(scenario)).rejects.toMatchObject({ exitCode: 2, facts: { type: 'bad-overlay' } });
    expect(await scenario.repository.buildNumbers('provisioning')).toEqual([]);
  });

  it('refuses changes that no commit holds, and a workspace without a configuration', async () => {
    const scenario = start();
    const { repository } = scenario;
    repository.write('README.md', 'of no configuration');
    await packageIt(scenario);
    repository.write(`${folder}/quota.yaml`, quota(20));
    await expect(packageIt(scenario)).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'dirty-working-tree', evidence: [`${folder}/quota.yaml`] },
    });
    await expect(packageIt(new ReleaseScenario())).rejects.toMatchObject({
      facts: { type: 'nothing-to-provision' },
    });
  });
});

describe('provisioning', () => {
  it('packages, applies, marks and records; and does nothing the second time', async () => {
    const scenario = start();
    const planned = await provisionIt(scenario, { dryRun: true });
    expect(planned).toMatchObject({ state: 'planned', version: undefined, before: undefined });
    expect(await outcomes(scenario)).toEqual([]);
    expect(await scenario.repository.releaseTags('provisioning')).toEqual([]);
    expect(await provisionIt(scenario)).toMatchObject({ state: 'provisioned', version: version('20261124-1') });
    expect(podsIn(scenario)).toBe('10');
    const made = preprod(scenario).read('Namespace', 'preprod');
    expect(made?.metadata.labels).toEqual({ tier: 'one', 'app.kubernetes.io/managed-by': 'poc' });
    expect(String(await preprod(scenario).version())).toBe('20261124-1');
    const [record] = await preprod(scenario).records();
    expect(record).toMatchObject({
      ...{ environment: 'preprod', action: 'provision', actor, outcome: 'succeeded', sequence: 1 },
      package: { version: version('20261124-1'), commit: await scenario.repository.headCommit() },
      objects: [
        { kind: 'Namespace', name: 'preprod', created: true },
        { kind: 'ResourceQuota', name: 'usual', namespace: 'preprod', created: true },
      ],
    });
    expect(await provisionIt(scenario)).toMatchObject({ state: 'unchanged' });
    expect(await outcomes(scenario)).toEqual(['20261124-1 succeeded']);
  });

  it('mends what somebody changed, and says what it is in a dry run', async () => {
    const scenario = start();
    await provisionIt(scenario);
    const live = preprod(scenario).read('ResourceQuota', 'usual', 'preprod')!;
    preprod(scenario).put({ ...live, spec: { hard: { pods: '99' } } });
    expect(podsIn(scenario)).toBe('99');
    expect(await provisionIt(scenario, { dryRun: true })).toMatchObject({
      changes: [{ action: 'unchanged' }, { action: 'configured', fields: [{ path: 'spec.hard.pods' }] }],
    });
  });

  it('goes back by a tag, with the manifests and values of then, and forward again', async () => {
    const scenario = start();
    await provisionIt(scenario);
    write(scenario, {
      [`${folder}/quota.yaml`]: quota(20),
      [`${folder}/extra.yaml`]: config,
      'Infrastructure/environments/preprod.yaml': 'tier: two',
    });
    await provisionIt(scenario);
    expect(preprod(scenario).read('ConfigMap', 'extra', 'preprod')).toBeDefined();
    const back = await provisionIt(scenario, { version: version('20261124-1') });
    expect(back).toMatchObject({ state: 'provisioned', before: version('20261124-2') });
    expect(podsIn(scenario)).toBe('10');
    expect(preprod(scenario).read('ConfigMap', 'extra', 'preprod')).toBeUndefined();
    expect(preprod(scenario).read('Namespace', 'preprod')?.metadata.labels?.['tier']).toBe('one');
    expect(String(await preprod(scenario).version())).toBe('20261124-1');
    expect((await preprod(scenario).records())[0]).toMatchObject({ action: 'go-back' });
    await provisionIt(scenario);
    expect(podsIn(scenario)).toBe('20');
    await expect(provisionIt(scenario, { version: version('20261124-9') })).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'no-such-package', remedy: 'The newest are 20261124-2, 20261124-1.' },
    });
  });

  it('refuses before a version is taken: no approval, a mistake, no namespace', async () => {
    const scenario = start();
    await expect(provisionIt(scenario, {}, 'prod')).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'approval-needed', doing: 'provision prod' },
    });
    write(scenario, { [`${folder}/extra.yaml`]: config.replace('"1"', '"${NOTHING}"') });
    await expect(provisionIt(scenario)).rejects.toMatchObject({ facts: { type: 'unresolved-variable' } });
    write(scenario, {
      [`${folder}/extra.yaml`]: 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { a: b }\n',
    });
    await expect(provisionIt(scenario)).rejects.toMatchObject({ facts: { type: 'bad-manifest' } });
    write(scenario, { [`${folder}/extra.yaml`]: undefined, [`${folder}/namespace.yaml`]: undefined });
    await expect(provisionIt(scenario)).rejects.toMatchObject({ facts: { type: 'no-namespace' } });
    expect(await scenario.repository.buildNumbers('provisioning')).toEqual([]);
  });

  it('goes on where one broke off: what that one made is taken away with the rest', async () => {
    const scenario = start();
    write(scenario, { [`${folder}/extra.yaml`]: config });
    preprod(scenario).before = (call) => {
      if (call === 'apply ResourceQuota usual') throw new Error('the network is gone');
    };
    await expect(provisionIt(scenario)).rejects.toThrow('the network is gone');
    expect(await outcomes(scenario)).toEqual(['20261124-1 failed']);
    expect(await preprod(scenario).version()).toBeUndefined();
    preprod(scenario).before = () => {};
    write(scenario, { [`${folder}/extra.yaml`]: undefined });
    preprod(scenario).put(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra' } },
      'poc-provisioning-preprod',
    );
    await provisionIt(scenario);
    expect(preprod(scenario).read('ConfigMap', 'extra', 'preprod')).toBeUndefined();
    expect(await outcomes(scenario)).toEqual(['20261124-2 succeeded', '20261124-1 failed']);
  });

  it('tells of one that died in the middle, and does it again', async () => {
    const scenario = start();
    preprod(scenario).before = (call) =>
      call === 'apply ResourceQuota usual' ? new Promise<void>(() => {}) : undefined;
    void provisionIt(scenario);
    await until(() => scenario.configurations.get('preprod')!.read('Namespace', 'preprod') !== undefined);
    preprod(scenario).before = () => {};
    preprod(scenario).killHolder();
    expect(await provisionIt(scenario)).toMatchObject({ state: 'provisioned' });
    expect(await outcomes(scenario)).toEqual(['20261124-1 succeeded', '20261124-1 abandoned']);
    expect(scenario.lines.join('\n')).toContain('abandoned 20261124-1');
  });

  it('stops when it is told to, and says so in the record', async () => {
    const scenario = start();
    const stop = new AbortController();
    preprod(scenario).before = (call) => {
      if (call === 'apply Namespace preprod') stop.abort();
    };
    await expect(provisionIt(scenario, { signal: stop.signal })).rejects.toMatchObject({
      exitCode: 1,
      facts: { type: 'interrupted' },
    });
    expect(await outcomes(scenario)).toEqual(['20261124-1 cancelled']);
  });

  it('never puts an older version over a newer one by itself, also when both come at once', async () => {
    const scenario = start();
    const older = new ReleaseScenario({
      repository: scenario.repository.clone(),
      registry: scenario.registry,
      clusters: scenario.clusters,
      configurations: scenario.configurations,
    });
    await packageIt(older);
    write(scenario, { [`${folder}/quota.yaml`]: quota(20) });
    // The older one has its version, and waits for the lock until the newer one is done.
    const lock = await preprod(scenario).lock(actor, () => {});
    const late = provisionIt(older);
    await until(() => older.lines.some((line) => line.startsWith('waiting for ada')));
    const newer = packageIt(scenario).then(({ package: made }) =>
      preprod(scenario)
        .openRecord({ environment: 'preprod', package: made, action: 'provision', actor, objects: [], startedAt: '' })
        .then((record) => preprod(scenario).closeRecord(record, { outcome: 'succeeded' })),
    );
    await newer;
    await lock.release();
    expect(await late).toEqual({ state: 'superseded', by: version('20261124-2') });
  });
});

describe('provisioning what was approved of', () => {
  it('refuses a version of another commit, and takes the one that was shown', async () => {
    const scenario = start();
    const made = await packageIt(scenario);
    if (made.state !== 'made') throw new Error(made.state);
    const { commit } = made.package;
    // Somebody tags another commit with the same content, while the run waits for its approval.
    const other = write(scenario, { 'README.md': 'words' });
    await scenario.repository.tagPackage({ ...made.package, commit: other, version: version('20261124-900') });
    for (const wishes of [{}, { version: version('20261124-900') }]) {
      await expect(provisionIt(scenario, { ...wishes, commit })).rejects.toMatchObject({
        exitCode: 2,
        facts: { type: 'other-commit' },
      });
    }
    expect(await preprod(scenario).records()).toEqual([]);
    const result = await provisionIt(scenario, { version: made.package.version, commit });
    expect(result.state).toBe('provisioned');
  });
});

describe('a service that needs a version', () => {
  const needing = (scenario: ReleaseScenario, need: string) => {
    const path = 'apps/orders/k8s/all.yaml';
    const text = scenario.repository
      .workingText(path)
      .replace(
        /metadata: \{ name: orders(, annotations: .*)? \}\nspec:\n {2}replicas/,
        `metadata: { name: orders, annotations: { ${annotation.needsProvisioning}: ${need} } }\nspec:\n  replicas`,
      );
    write(scenario, { [path]: text });
  };

  it('is refused where an older one is, before a number is taken', async () => {
    const scenario = start();
    const cluster = scenario.clusters.get('preprod')!;
    needing(scenario, 'provisioning-20261124-2');
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      exitCode: 2,
      facts: {
        type: 'old-provisioning',
        reason: 'Deployment orders needs provisioning-20261124-2, and preprod was never provisioned.',
        remedy: expect.stringContaining('`nx run infrastructure:provision --env=preprod --tag=20261124-2`'),
      },
    });
    cluster.provisionedWith = version('20261124-1');
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: { reason: expect.stringContaining('preprod has provisioning-20261124-1') },
    });
    expect(await scenario.repository.buildNumbers('orders')).toEqual([]);
    cluster.provisionedWith = version('20261124-10');
    await releaseIt(scenario);
    needing(scenario, '20261124-11');
    await expect(releaseIt(scenario)).rejects.toMatchObject({ exitCode: 2 });
    needing(scenario, 'soon');
    await expect(releaseIt(scenario)).rejects.toMatchObject({ facts: { type: 'bad-manifest' } });
  });

  it('does not go back to what the environment is too old for', async () => {
    const scenario = start();
    const { service, ports } = scenario;
    const cluster = scenario.clusters.get('preprod')!;
    cluster.provisionedWith = version('20261124-2');
    needing(scenario, '20261124-2');
    await releaseIt(scenario);
    needing(scenario, '20261124-1');
    await releaseIt(scenario);
    cluster.provisionedWith = version('20261124-1');
    const environment = scenario.environments.find(({ name }) => name === 'preprod')!;
    const environmentNames = scenario.environments.map(({ name }) => name);
    const request = {
      service,
      environment,
      environmentNames,
      mainBranch: 'main',
      to: undefined,
      actor,
      reason: undefined,
    };
    await expect(planRollback(request, ports)).rejects.toMatchObject({ facts: { type: 'old-provisioning' } });
  });
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isSo(); tries++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isSo()).toBe(true);
}

describe('a plan for a protected environment', () => {
  const planOf = async (scenario: ReleaseScenario) => {
    const result = await provisionIt(scenario, { dryRun: true }, 'prod');
    if (!('plan' in result) || !result.plan) throw new Error('There is no plan.');
    return result.plan;
  };
  const approving = (...plans: Awaited<ReturnType<typeof planOf>>['id'][]) => ({
    approvedBy: 'eve',
    approvedPlans: { plans, ask: undefined },
  });
  const prod = (scenario: ReleaseScenario) => scenario.configurations.get('prod')!;

  it('is done as it was shown, and once', async () => {
    const scenario = start();
    const before = await planOf(scenario);
    expect(before.work).toMatchObject({ action: 'provision', environment: 'prod', build: undefined });
    expect(await provisionIt(scenario, approving(before.id), 'prod')).toMatchObject({ state: 'provisioned' });
    expect(await provisionIt(scenario, { dryRun: true }, 'prod')).not.toHaveProperty('plan');
    expect(await provisionIt(scenario, approving(before.id), 'prod')).toMatchObject({ state: 'unchanged' });
    expect(await prod(scenario).records()).toMatchObject([{ approvedBy: { names: ['provisioner'] } }]);
  });

  it('is not that of a version that somebody pushed in between', async () => {
    const scenario = start();
    await packageIt(scenario);
    const { id } = await planOf(scenario);
    write(scenario, { [`${folder}/quota.yaml`]: quota(99) });
    await packageIt(scenario);
    const refused = await provisionIt(scenario, approving(id), 'prod').catch((error: unknown) => error);
    expect(refused).toMatchObject({ exitCode: 2, facts: { type: 'plan-changed' } });
    expect(await prod(scenario).records()).toEqual([]);
  });

  it('packages nothing when it is another one', async () => {
    const scenario = start();
    const { id } = await planOf(scenario);
    write(scenario, { [`${folder}/quota.yaml`]: quota(99) });
    await expect(provisionIt(scenario, approving(id), 'prod')).rejects.toMatchObject({ exitCode: 2 });
    expect(await scenario.repository.releaseTags('provisioning')).toEqual([]);
  });

  it('is stale when somebody changes an object of the cluster', async () => {
    const scenario = start();
    await provisionIt(scenario, approvesAll('eve'), 'prod');
    write(scenario, { [`${folder}/quota.yaml`]: quota(20) });
    await packageIt(scenario);
    const { id } = await planOf(scenario);
    prod(scenario).put({
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'usual', namespace: 'prod' } },
      spec: { hard: { pods: '30' } },
    });
    await expect(provisionIt(scenario, approving(id), 'prod')).rejects.toMatchObject({
      facts: { type: 'plan-changed' },
    });
  });

  it('is not that of another environment', async () => {
    const scenario = start();
    scenario.environments = scenario.environments.map((each) => ({ ...each, protected: true }));
    await packageIt(scenario);
    const { id } = await planOf(scenario);
    await expect(provisionIt(scenario, approving(id), 'preprod')).rejects.toMatchObject({
      facts: { type: 'plan-changed' },
    });
  });
});
