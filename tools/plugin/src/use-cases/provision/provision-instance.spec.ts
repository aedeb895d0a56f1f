import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import type { ApiManagement, Environment } from '../../model/environment/environment.ts';
import { Failure } from '../../model/errors/product-error.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { provision, type ProvisionRequest } from './provision.ts';

const facade: ApiManagement = {
  ...{ kind: 'api-management', subscription: '22222222-2222-2222-2222-222222222222' },
  ...{ resourceGroup: 'shop', name: 'shop-apim' },
};
const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: '${NAMESPACE}' }\n";
const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra }\ndata: { a: "1" }\n';
const apim = 'Infrastructure/apim';
const policy =
  '<policies><inbound><set-header name="x"><value>{{legacy-url}}</value></set-header></inbound></policies>';

/** A workspace with a cluster's configuration, and one for an instance. */
class InstanceScenario extends ReleaseScenario {
  declared: ApiManagement | undefined = facade;

  constructor() {
    super();
    this.write({
      'Infrastructure/kubernetes/namespace.yaml': namespace,
      [`${apim}/named-values.yaml`]: 'legacy-url: { value: "https://${NAMESPACE}.example" }',
      [`${apim}/products.yaml`]: 'partners: { name: Partners }',
      [`${apim}/policy.xml`]: policy,
      [`${apim}/fallback.yaml`]: 'backend: https://legacy.example',
    });
  }

  write(files: Readonly<Record<string, string | undefined>>): void {
    for (const [path, text] of Object.entries(files))
      if (text === undefined) this.repository.remove(path);
      else this.repository.write(path, text);
    this.repository.commit();
  }

  get preprod(): Environment {
    const { declared: door } = this;
    return { ...this.environments.find(({ name }) => name === 'preprod')!, ...(door ? { facade: door } : {}) };
  }

  provision(wishes: Partial<ProvisionRequest> = {}) {
    const request: ProvisionRequest = {
      ...{ environment: this.preprod, mainBranch: 'main', version: undefined, approvedBy: undefined, dryRun: false },
      ...{ actor: { person: 'ada', run: 'ada@laptop' }, readEnvironments: async () => [this.preprod], ...wishes },
    };
    return provision(request, this.ports, this.reporter);
  }

  get instance(): string[] {
    return [...this.facadeInstance.entities.keys(), ...this.facadeInstance.marks.keys()];
  }

  get configuration() {
    return this.configurations.get('preprod')!;
  }
}

const version = (text: string) => BuildNumber.parse(text)!;
const everything = [
  ...['named-value/legacy-url', 'product/partners', 'policy/policy', 'fallback/fallback', 'poc-provisioning'],
];

describe('provisioning an instance of API Management', () => {
  it('comes with the configuration of the cluster, in one record, and does nothing the second time', async () => {
    const scenario = new InstanceScenario();
    const planned = await scenario.provision({ dryRun: true });
    expect(planned).toMatchObject({
      state: 'planned',
      changes: [
        { kind: 'Namespace', action: 'created' },
        { kind: 'named value', name: 'legacy-url', action: 'created' },
        { kind: 'product', name: 'partners', action: 'created' },
        { kind: 'policy', name: 'policy', action: 'created' },
        { kind: 'fallback API', name: 'fallback', action: 'created' },
      ],
    });
    expect(scenario.instance).toEqual([]);
    expect(await scenario.provision()).toMatchObject({ state: 'provisioned', version: version('20261124-1') });
    expect(scenario.instance).toEqual(everything);
    expect(scenario.facadeInstance.entities.get('named-value/legacy-url')!.content).toEqual({
      value: 'https://preprod.example',
    });
    const [record] = await scenario.configuration.records();
    expect(record).toMatchObject({
      objects: [{ kind: 'Namespace' }],
      facade: { instance: 'shop-apim', entities: everything.slice(0, 4).sort() },
    });
    const { writes } = scenario.facadeInstance;
    writes.length = 0;
    expect(await scenario.provision()).toMatchObject({ state: 'unchanged' });
    expect(writes).toEqual([]);
  });

  it('shows what somebody changed, and mends it', async () => {
    const scenario = new InstanceScenario();
    await scenario.provision();
    const { entities } = scenario.facadeInstance;
    const held = entities.get('product/partners')!;
    entities.set('product/partners', { ...held, content: { ...held.content, name: 'By hand' } });
    entities.set('product/starter', { ...held, id: 'starter', name: 'starter', owners: [] });
    const planned = await scenario.provision({ dryRun: true });
    const shown = 'changes' in planned ? planned.changes.filter(({ action }) => action !== 'unchanged') : [];
    expect(shown).toEqual([
      {
        ...{ apiVersion: 'Microsoft.ApiManagement', kind: 'product', name: 'partners', action: 'configured' },
        fields: [{ path: 'name', from: expect.stringContaining('By hand'), to: expect.stringContaining('Partners') }],
      },
    ]);
    expect(scenario.lines.at(-1)).toBe('shop-apim keeps what was made by hand: product starter');
    expect(await scenario.provision()).toMatchObject({ state: 'provisioned' });
    expect(entities.get('product/partners')!.content['name']).toBe('Partners');
    expect(entities.has('product/starter')).toBe(true);
  });

  it('leaves the door last on the way forward, and changes it first on the way back', async () => {
    const scenario = new InstanceScenario();
    await scenario.provision();
    const order: string[] = [];
    scenario.facadeInstance.afterWrite = (line) => order.push(line);
    scenario.configuration.before = (call) => {
      if (['prune', 'mark'].includes(call)) order.push(call);
    };
    scenario.write({
      'Infrastructure/kubernetes/extra.yaml': config,
      [`${apim}/products.yaml`]: 'partners: { name: Others }',
    });
    await scenario.provision();
    const last = (count: number) => order.splice(0).slice(-count);
    expect(last(4)).toEqual(['prune', 'put product partners', 'mark poc-provisioning', 'mark']);
    expect(await scenario.provision({ version: version('20261124-1') })).toMatchObject({ state: 'provisioned' });
    expect(last(4)).toEqual(['mark', 'mark poc-provisioning', 'put product partners', 'prune']);
    expect(scenario.facadeInstance.entities.get('product/partners')!.content['name']).toBe('Partners');
  });

  it.each([
    ['a mistake in a file', { [`${apim}/products.yaml`]: 'a: { nam: x }' }, 'bad-facade-configuration'],
    ['a plain secret', { [`${apim}/named-values.yaml`]: 'api-key: { value: hunter2 }' }, 'bad-facade-configuration'],
    ['what a policy needs and is not there', { [`${apim}/named-values.yaml`]: undefined }, 'facade-not-provisionable'],
  ])('refuses %s before anything is changed', async (_, files, type) => {
    const scenario = new InstanceScenario();
    scenario.write(files);
    await expect(scenario.provision()).rejects.toMatchObject({ exitCode: 2, facts: { type } });
    expect(scenario.instance).toEqual([]);
    expect(await scenario.configuration.records()).toEqual([]);
    expect(await scenario.repository.releaseTags('provisioning')).toEqual([]);
  });

  it('refuses a door that is away, and a product that is used', async () => {
    const scenario = new InstanceScenario();
    scenario.facadeInstance.outage = 'It is gone.';
    await expect(scenario.provision()).rejects.toMatchObject({ exitCode: 2, facts: { type: 'facade-unreachable' } });
    scenario.facadeInstance.outage = undefined;
    await scenario.provision();
    scenario.facadeInstance.users.set('partners', ['the API orders']);
    scenario.write({ [`${apim}/products.yaml`]: 'others: {}' });
    await expect(scenario.provision()).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'facade-not-provisionable', reason: expect.stringContaining('the API orders') },
    });
    expect(scenario.instance).toEqual(everything);
  });

  it('continues after it was killed at any write', async () => {
    const scenario = new InstanceScenario();
    for (let index = 0; index < everything.length; index++) {
      scenario.facadeInstance.afterWrite = (line) => {
        throw new Failure({ type: 'facade-unreachable', doing: line, reason: 'It is gone.', remedy: 'Again.' });
      };
      await expect(scenario.provision()).rejects.toMatchObject({
        exitCode: 1,
        facts: { type: 'facade-unreachable', remedy: expect.stringContaining('gain') },
      });
    }
    scenario.facadeInstance.afterWrite = () => {};
    expect(await scenario.provision()).toMatchObject({ state: 'provisioned' });
    expect(scenario.instance).toEqual(everything);
    expect((await scenario.configuration.records())[0]).toMatchObject({ outcome: 'succeeded' });
  });

  it('takes away what no file speaks of any more, and asks nothing after that', async () => {
    const scenario = new InstanceScenario();
    await scenario.provision();
    const names = ['named-values.yaml', 'products.yaml', 'policy.xml', 'fallback.yaml'];
    scenario.write(Object.fromEntries(names.map((name) => [`${apim}/${name}`, undefined])));
    scenario.facadeInstance.makeService('<x y="{{legacy-url}}" />');
    expect(await scenario.provision()).toMatchObject({ state: 'provisioned' });
    expect(scenario.instance).toEqual(['named-value/legacy-url']);
    expect(scenario.lines).toContainEqual(
      expect.stringMatching(/^the named value legacy-url stays at shop-apim: .*apis\/orders/),
    );
    scenario.facadeInstance.outage = 'It is gone.';
    expect(await scenario.provision()).toMatchObject({ state: 'unchanged' });
  });

  it('asks nothing where the environment has no such door, and says what stays at an earlier one', async () => {
    const scenario = new InstanceScenario();
    await scenario.provision();
    scenario.facadeInstance.outage = 'It is gone.';
    scenario.declared = undefined;
    scenario.write({ 'Infrastructure/kubernetes/extra.yaml': config });
    expect(await scenario.provision()).toMatchObject({ state: 'provisioned' });
    const stays = 'what was provisioned at shop-apim stays there, because the environment has no facade now';
    expect(scenario.lines).toContain(stays);
  });

  it('shares an instance with another environment, mends what is changed by hand, and refuses what would differ', async () => {
    const scenario = new InstanceScenario();
    const dev = {
      ...scenario.environments.find(({ name }) => name === 'dev')!,
      facade: { ...facade, pathPrefix: 'dev' },
    };
    const readEnvironments = async () => [scenario.preprod, dev];
    await expect(scenario.provision({ readEnvironments })).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'bad-facade-configuration', reason: expect.stringContaining('legacy-url would be') },
    });
    scenario.write({ [`${apim}/named-values.yaml`]: 'legacy-url: { value: x }' });
    await scenario.provision({ readEnvironments });
    const joined = await scenario.provision({ environment: dev, readEnvironments });
    expect(joined).toMatchObject({
      changes: expect.arrayContaining([
        expect.objectContaining({
          ...{ name: 'partners', action: 'configured' },
          fields: [{ path: 'provisionedBy', from: 'poc-provisioning', to: 'poc-provisioning, poc-provisioning-dev' }],
        }),
      ]),
    });
    expect(scenario.instance).toContain('fallback/fallback-dev');
    const { entities } = scenario.facadeInstance;
    const held = entities.get('product/partners')!;
    entities.set('product/partners', { ...held, content: { ...held.content, name: 'By hand' } });
    const mended = await scenario.provision({ readEnvironments });
    expect(mended).toMatchObject({ state: 'provisioned' });
    expect(entities.get('product/partners')).toMatchObject({ content: { name: 'Partners' }, owners: held.owners });
  });
});
