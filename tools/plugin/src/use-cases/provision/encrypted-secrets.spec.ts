import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { knownSecrets } from '../../model/secrets/known-secrets.ts';
import { packageProvisioning } from './package-provisioning.ts';
import { provision, type ProvisionRequest } from './provision.ts';

const folder = 'Infrastructure/kubernetes';
const file = `${folder}/secrets/preprod.sops.yaml`;
const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: '${NAMESPACE}' }\n";
const password = 'Tr0ub4dor${TIER}&3';
const plain = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: orders-database, namespace: "\${NAMESPACE}" }\nstringData: { password: '${value}' }\n`;

function start(): ReleaseScenario {
  const scenario = new ReleaseScenario();
  scenario.repository.write(`${folder}/namespace.yaml`, namespace);
  write(scenario, scenario.secretFiles.encrypt(plain(password)));
  return scenario;
}

function write({ repository }: ReleaseScenario, text: string): void {
  repository.write(file, text);
  repository.commit();
}

async function provisionIt(scenario: ReleaseScenario, wishes: Partial<ProvisionRequest> = {}) {
  const told: unknown[] = [];
  const environment = scenario.environments.find(({ name }) => name === (wishes.environment?.name ?? 'preprod'))!;
  const request = {
    ...{ environment, version: undefined, approvedBy: undefined, dryRun: false, mainBranch: 'main' },
    actor: { person: 'ada', run: 'ada@laptop' },
    readEnvironments: async () => scenario.environments,
    ...wishes,
  };
  const result = await provision(request, scenario.ports, scenario.reporter, (changes) => told.push(changes));
  return { result, told: JSON.stringify([result, told, scenario.lines]) };
}

const preprod = (scenario: ReleaseScenario) => scenario.configurations.get('preprod')!;
const valueIn = (scenario: ReleaseScenario) => {
  const data = preprod(scenario).read('Secret', 'orders-database', 'preprod')?.['data'] as Record<string, string>;
  return data && Buffer.from(data['password']!, 'base64').toString();
};
const actionOf = ({ result }: Awaited<ReturnType<typeof provisionIt>>) =>
  result.state === 'superseded' ? '' : result.changes.find(({ kind }) => kind === 'Secret')!.action;

describe('encrypted Secrets', () => {
  it('are decrypted where is provisioned, and nothing that is told or kept has a value', async () => {
    const scenario = start();
    const done = await provisionIt(scenario);
    expect(valueIn(scenario)).toBe(password);
    const kept = JSON.stringify(await preprod(scenario).records());
    for (const text of [done.told, kept]) {
      expect(text).not.toContain('Tr0ub4dor');
      expect(text).not.toContain(Buffer.from(password).toString('base64').slice(0, 12));
    }
    // Whatever prints it from now on.
    expect(knownSecrets.maskIn(`psql failed: ${password} is wrong`)).not.toContain('Tr0ub4dor');
    expect(actionOf(await provisionIt(scenario))).toBe('unchanged');
  });

  it('are not decrypted to package or to show what would change', async () => {
    const scenario = start();
    scenario.secretFiles.hasKey = false;
    await packageProvisioning(async () => scenario.environments, 'main', scenario.ports, scenario.reporter);
    expect(actionOf(await provisionIt(scenario, { dryRun: true }))).toBe('created');
    scenario.secretFiles.hasKey = true;
    await provisionIt(scenario);
    scenario.secretFiles.hasKey = false;
    expect(actionOf(await provisionIt(scenario, { dryRun: true }))).toBe('unchanged');
    write(scenario, scenario.secretFiles.encrypt(plain('another one')));
    const planned = await provisionIt(scenario, { dryRun: true });
    expect(actionOf(planned)).toBe('configured');
    expect(planned.told).not.toMatch(/another one|Tr0ub4dor/);
    expect(valueIn(scenario)).toBe(password);
  });

  it('are approved of by who may not decrypt them, and a changed value makes the plan stale', async () => {
    const scenario = start();
    const prod = scenario.environments.find(({ name }) => name === 'prod')!;
    const inProd = (wishes: Partial<ProvisionRequest>) => provisionIt(scenario, { environment: prod, ...wishes });
    const encrypt = (value: string) => {
      const text = scenario.secretFiles.encrypt(plain(value));
      scenario.repository.write(file.replace('preprod', 'prod'), text);
      scenario.repository.commit();
    };
    const planOf = async () => {
      scenario.secretFiles.hasKey = false;
      const { result } = await inProd({ dryRun: true });
      scenario.secretFiles.hasKey = true;
      if (!('plan' in result) || !result.plan) throw new Error('There is no plan.');
      return { approvedBy: 'eve', approvedPlans: { plans: [result.plan.id], ask: undefined } };
    };
    encrypt(password);
    expect((await inProd(await planOf())).result.state).toBe('provisioned');
    encrypt('another one');
    const stale = await planOf();
    expect((await inProd(stale)).result.state).toBe('provisioned');
    encrypt('a third one');
    await expect(inProd(stale)).rejects.toMatchObject({ exitCode: 2, facts: { type: 'plan-changed' } });
  });

  it.each([
    ['without their key', 'sops-key-missing', (scenario: ReleaseScenario) => (scenario.secretFiles.hasKey = false)],
    [
      'when somebody changed the file',
      'sops-tampered',
      (scenario: ReleaseScenario) =>
        write(scenario, scenario.secretFiles.encrypt(plain(password)).replace('orders-database', 'payments-database')),
    ],
    [
      'when a value was not encrypted',
      'bad-manifest',
      (scenario: ReleaseScenario) =>
        write(scenario, scenario.secretFiles.encrypt(plain(password)).replace(/ENC\[[^\]]*\]/, password)),
    ],
  ])('are refused %s: nothing is changed, and no value shown', async (_, type, attack) => {
    const scenario = start();
    await provisionIt(scenario);
    write(scenario, scenario.secretFiles.encrypt(plain('a new password')));
    const [records, numbers] = [
      await preprod(scenario).records(),
      await scenario.repository.buildNumbers('provisioning'),
    ];
    attack(scenario);
    const error: unknown = await provisionIt(scenario).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 2, facts: { type } });
    expect(JSON.stringify([error, scenario.lines])).not.toMatch(/Tr0ub4dor|a new password/);
    expect(valueIn(scenario)).toBe(password);
    expect(await preprod(scenario).records()).toEqual(records);
    expect(await scenario.repository.buildNumbers('provisioning')).toEqual(numbers);
  });

  it('are of their own environment', async () => {
    const scenario = start();
    scenario.secretFiles.hasKey = false;
    const environment = scenario.environments.find(({ name }) => name === 'dev')!;
    await provisionIt(scenario, { environment });
    expect(
      scenario.configurations.get('dev')!.read('Secret', 'orders-database', environment.namespace),
    ).toBeUndefined();
  });
});
