import { approvesAll } from '../../../../twins/src/approve-all.ts';
import { publicKey } from '../../../../twins/src/in-memory-signature.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import { sshSignersFile } from '../../model/verify/allowed-signers.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import { audit } from '../audit/audit.ts';
import { deploy } from '../deploy/deploy.ts';
import { promote } from '../deploy/promote.ts';
import { packageProvisioning } from '../provision/package-provisioning.ts';
import { provision } from '../provision/provision.ts';
import { checkedOutSource } from '../provision/provisioning-source.ts';
import { planRollback } from '../rollback/rollback.ts';

/*
 * All environments take signed tags only. Eve may push any git tag, but has no key that main lists.
 */

const actor = { person: 'ada', run: 'ada@laptop' };
const number = (text: string) => BuildNumber.parse(text)!;
const refusedAs = (type: string) => ({ exitCode: 2, facts: { type } });
const folder = 'Infrastructure/kubernetes';
const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: '${NAMESPACE}' }\n";
const environmentOf = (scenario: ReleaseScenario, name: string) =>
  scenario.environments.find((each) => each.name === name)!;

/** Puts a file of signers on main. */
function list(scenario: ReleaseScenario, text: string | undefined): void {
  if (text === undefined) scenario.repository.remove(sshSignersFile);
  else scenario.repository.write(sshSignersFile, text);
  scenario.repository.moveBranch(scenario.repository.commit());
}

/** A workspace with a signed release of `orders`, which runs in preprod. */
async function signing() {
  const main = new ReleaseScenario();
  main.environments = main.environments.map((each) => ({ ...each, verify: { tags: 'signed' } }));
  main.repository.write(`${folder}/namespace.yaml`, namespace);
  main.repository.signingKey = publicKey('ada');
  const ada = `ada@example.com ${publicKey('ada')}\n`;
  list(main, ada);
  const eve = new ReleaseScenario(main);
  eve.repository.signingKey = publicKey('eve');
  const { release } = await releaseIt(main);
  return { main, eve, first: release!, ada };
}

function deploying(scenario: ReleaseScenario, release: Release, force = false) {
  const { service, ports, reporter } = scenario;
  const environment = environmentOf(scenario, 'preprod');
  const facts = { environmentNames: [], actor, allowDowntime: false, adopt: false };
  const options = { force, mainBranch: 'main', approvedBy: undefined, timeoutMs: 1000 };
  return deploy({ ...facts, service, environment, release }, options, ports, reporter);
}

function promoting(scenario: ReleaseScenario, force = false) {
  const { service, ports, reporter } = scenario;
  const facts = { environmentNames: [], actor, allowDowntime: false, adopt: false, dryRun: false, build: undefined };
  const way = { from: environmentOf(scenario, 'preprod'), to: environmentOf(scenario, 'prod') };
  const options = { force, mainBranch: 'main', ...approvesAll('ada'), timeoutMs: 1000 };
  return promote({ ...facts, ...way, ...options, service }, ports, reporter);
}

function goingBack(scenario: ReleaseScenario, to: string) {
  const where = { environment: environmentOf(scenario, 'preprod'), environmentNames: [], mainBranch: 'main' };
  const request = { service: scenario.service, ...where, to: number(to), actor, reason: undefined };
  return planRollback(request, scenario.ports);
}

function provisioning(scenario: ReleaseScenario, version?: string) {
  const request = {
    ...{ environment: environmentOf(scenario, 'preprod'), version: version ? number(version) : undefined, actor },
    ...{ approvedBy: undefined, dryRun: false, mainBranch: 'main' },
    readEnvironments: async () => scenario.environments,
  };
  return provision(request, scenario.ports, scenario.reporter);
}

/** Eve takes a release's tag away and makes the same herself. */
async function retag(eve: ReleaseScenario, release: Release, sign: boolean): Promise<void> {
  eve.repository.removeTag(`orders-${release.buildNumber}`);
  await eve.repository.tagRelease(release, { sign });
}

const recordsIn = (scenario: ReleaseScenario, name: string) => scenario.clusters.get(name)!.records('orders');

describe('a tag that says the truth, and that nobody who may has signed', () => {
  it.each([
    ['nobody', false, 'tag-not-signed'],
    ['Eve', true, 'tag-signer-unknown'],
  ])('is used for nothing: signed by %s', async (_, sign, type) => {
    const { main, eve, first } = await signing();
    main.now = new Date(main.now.getTime() + 3_600_000);
    main.change('2');
    main.repository.moveBranch(await main.repository.headCommit());
    await releaseIt(main);
    await retag(eve, first, sign);
    const before = await recordsIn(main, 'preprod');
    for (const force of [false, true])
      await expect(deploying(main, first, force)).rejects.toMatchObject(refusedAs(type));
    await expect(goingBack(main, String(first.buildNumber))).rejects.toMatchObject(refusedAs(type));
    const { release: newest } = before[0]!;
    await retag(eve, newest, sign);
    main.now = new Date(main.now.getTime() + 3_600_000);
    for (const force of [false, true]) await expect(promoting(main, force)).rejects.toMatchObject(refusedAs(type));
    expect(await recordsIn(main, 'preprod')).toEqual(before);
    expect(await recordsIn(main, 'prod')).toEqual([]);
    const request = { environments: main.environments, services: main.services, mainBranch: 'main' };
    const { findings } = await audit(request, main.ports);
    expect(findings).toContainEqual(expect.objectContaining({ type, subject: `orders ${first.buildNumber}` }));
  });

  it("is not gone back to when it is gone: a record alone is nobody's signature", async () => {
    const { main, first } = await signing();
    main.change('2');
    main.repository.moveBranch(await main.repository.headCommit());
    await releaseIt(main);
    main.repository.removeTag(`orders-${first.buildNumber}`);
    await expect(goingBack(main, String(first.buildNumber))).rejects.toMatchObject(refusedAs('tag-missing'));
  });

  it('keeps nobody from releasing: the content is built again, and signed', async () => {
    const { main, eve, first } = await signing();
    await retag(eve, first, false);
    const { built, release } = await releaseIt(main);
    expect(built).toBe(true);
    expect(main.lines).toContainEqual(expect.stringMatching(/^20261124-1 has the same content, and does not count/));
    expect(await deploying(main, release!)).toMatchObject({ state: 'unchanged' });
  });

  it('is believed where nothing need be signed', async () => {
    const { main, eve, first } = await signing();
    main.environments = main.environments.map(({ verify: _, ...rest }) => rest);
    await retag(eve, first, false);
    expect((await releaseIt(main)).built).toBe(false);
  });
});

describe('the list of signers', () => {
  it('is that of main: neither the checkout nor the commit of a release adds to it', async () => {
    const { main, eve, first, ada } = await signing();
    main.repository.write(sshSignersFile, `${ada}eve@example.com ${publicKey('eve')}\n`);
    const branch = main.repository.commit();
    expect(await main.repository.headCommit()).toBe(branch);
    await retag(eve, first, true);
    await expect(deploying(main, first)).rejects.toMatchObject(refusedAs('tag-signer-unknown'));
  });

  it('without a key makes all that it signed unbelieved', async () => {
    const { main, first } = await signing();
    list(main, `bob@example.com ${publicKey('bob')}\n`);
    await expect(deploying(main, first)).rejects.toMatchObject({
      ...refusedAs('tag-signer-unknown'),
      message: expect.stringMatching(/tag orders-20261124-1 is signed by the key SHA256:\S+, which main does not list/),
    });
  });

  it.each([
    ['missing', undefined, 'signers-missing'],
    ['malformed', 'ada@example.com ssh-ed25519 garbage\n', 'signers-malformed'],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\n', 'signers-malformed'],
  ])('is refused when it is %s', async (_, text, type) => {
    const { main, first } = await signing();
    list(main, text);
    await expect(deploying(main, first)).rejects.toMatchObject(refusedAs(type));
    main.change('3');
    main.repository.moveBranch(await main.repository.headCommit());
    await expect(releaseIt(main)).rejects.toMatchObject(refusedAs(type));
    expect(main.engine.builds).toHaveLength(1);
  });
});

describe('a machine without a key that counts', () => {
  it.each([
    ['no key', undefined],
    ["a stranger's", publicKey('eve')],
  ])('builds nothing, with %s', async (_, key) => {
    const { main } = await signing();
    main.repository.signingKey = key;
    main.change('2');
    main.repository.moveBranch(await main.repository.headCommit());
    for (const dryRun of [false, true])
      await expect(releaseIt(main, { dryRun })).rejects.toMatchObject(refusedAs('signing-key-missing'));
    const packaging = packageProvisioning(async () => main.environments, 'main', main.ports, main.reporter);
    await expect(packaging).rejects.toMatchObject(refusedAs('signing-key-missing'));
    expect(main.engine.builds).toHaveLength(1);
    expect(await main.repository.buildNumbers('provisioning')).toEqual([]);
  });
});

describe("a version of the clusters' configuration that Eve tagged", () => {
  it('is not provisioned, nor in the way of one that is signed', async () => {
    const { main, eve } = await signing();
    const source = await checkedOutSource(main.ports);
    await eve.repository.tagPackage({ version: number('20261124-900'), ...source }, { sign: true });
    await expect(provisioning(main, '20261124-900')).rejects.toMatchObject(refusedAs('tag-signer-unknown'));
    expect(await provisioning(main)).toMatchObject({ state: 'provisioned', version: number('20261124-901') });
    expect(main.lines).toContainEqual(expect.stringMatching(/^provisioning-20261124-900 does not count: The tag/));
  });
});
