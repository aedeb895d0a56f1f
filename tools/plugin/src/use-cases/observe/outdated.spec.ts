import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { ImageRef, type Digest } from '../../model/image/image-ref.ts';
import { parseBaseImages, writeBaseImages } from '../../model/release/recorded-base-images.ts';
import { askDigests } from './ask-digests.ts';
import { outdated } from './outdated.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';

const actor = { person: 'ada', run: 'ada@laptop' };

const preprodOf = ({ environments }: ReleaseScenario) => environments.filter(({ name }) => name === 'preprod');
const outdatedIn = (scenario: ReleaseScenario, onRemark?: (line: string) => void) => {
  const request = { environments: preprodOf(scenario), services: [scenario.service] };
  return outdated({ ...request, ...(onRemark ? { onRemark } : {}) }, scenario.ports);
};

describe('outdated', () => {
  it('is what was never deployed, or has other content', async () => {
    const scenario = new ReleaseScenario();
    expect(await outdatedIn(scenario)).toEqual([
      {
        service: 'orders',
        environment: 'preprod',
        buildNumber: undefined,
        commit: undefined,
        isLater: false,
        reason: 'It was never deployed there.',
      },
    ]);
    await releaseIt(scenario);
    expect(await outdatedIn(scenario)).toEqual([]);
    scenario.repository.write('README.md', 'not of the service');
    scenario.repository.commit();
    expect(await outdatedIn(scenario)).toEqual([]);
    scenario.change('2');
    expect(await outdatedIn(scenario)).toMatchObject([
      { buildNumber: '20261124-1', reason: '20261124-1 has other content.' },
    ]);
    await releaseIt(scenario);
    expect(await outdatedIn(scenario)).toEqual([]);
  });

  it('is what has another API at the door than it published, until that is released again', async () => {
    const scenario = new ReleaseScenario();
    const { facade } = scenario;
    for (const operations of [['listOrders'], ['listOrders', 'getOrder']]) {
      scenario.describeApi(operations);
      await releaseIt(scenario);
    }
    expect(await outdatedIn(scenario)).toEqual([]);
    facade.apis.set('orders', { ...facade.apis.get('orders')!, current: '20261124-1' });
    expect(await outdatedIn(scenario)).toMatchObject([
      {
        buildNumber: '20261124-2',
        reason: 'API orders: clients get revision 20261124-1; deployed was 20261124-2 (shop-apim).',
      },
    ]);
    await releaseIt(scenario);
    expect(await outdatedIn(scenario)).toEqual([]);
  });

  it('is not what a release of the same content would be refused for at the door', async () => {
    const scenario = new ReleaseScenario();
    scenario.describeApi(['listOrders']);
    await releaseIt(scenario);
    const api = scenario.facade.apis.get('orders')!;
    const byHand = [...api.revisions].map(([revision, kept]) => [revision, { ...kept, mark: 'by hand' }] as const);
    scenario.facade.apis.set('orders', { ...api, revisions: new Map(byHand) });
    expect(await outdatedIn(scenario)).toEqual([]);
  });

  it('is found without a door that cannot be asked, with a remark', async () => {
    const scenario = new ReleaseScenario();
    scenario.describeApi(['listOrders']);
    await releaseIt(scenario);
    scenario.facade.outage = 'It is gone.';
    const remarks: string[] = [];
    expect(await outdatedIn(scenario, (line) => void remarks.push(line))).toEqual([]);
    expect(remarks).toEqual([
      'what clients get at shop-apim in preprod is not known: It is gone. Run the same command again.',
    ]);
  });

  it('is what failed, also when the one before it was put back', async () => {
    const scenario = new ReleaseScenario();
    const cluster = scenario.clusters.get('preprod')!;
    const failing = { state: 'failed', reason: 'It crashes.', evidence: [] } as const;
    cluster.script('orders', failing);
    await expect(releaseIt(scenario)).rejects.toThrow('It crashes.');
    expect(await outdatedIn(scenario)).toMatchObject([{ reason: '20261124-1 failed.' }]);
    await releaseIt(scenario);
    scenario.change('2');
    cluster.script('orders', failing);
    await expect(releaseIt(scenario)).rejects.toThrow('It crashes.');
    expect(await outdatedIn(scenario)).toMatchObject([
      { reason: 'A newer build failed and was rolled back to 20261124-1.' },
    ]);
  });

  it('tells how often the same content has failed', async () => {
    const scenario = new ReleaseScenario();
    const cluster = scenario.clusters.get('preprod')!;
    await releaseIt(scenario);
    scenario.change('2');
    const fail = async () => {
      cluster.script('orders', { state: 'failed', reason: 'It crashes.', evidence: [] });
      await expect(releaseIt(scenario)).rejects.toThrow('It crashes.');
      return (await outdatedIn(scenario))[0]!.reason;
    };
    const once = 'A newer build failed and was rolled back to 20261124-1.';
    expect(await fail()).toBe(once);
    expect(await fail()).toBe(`${once} This content failed there 2 times.`);
    expect(await fail()).toBe(`${once} This content failed there 3 times.`);
    scenario.change('3');
    expect((await outdatedIn(scenario))[0]!.reason).toBe(once);
    expect(await fail()).toBe(once);
  });

  it('says that a build which failed by itself and ran nowhere is built again, and which one, and that a second is not', async () => {
    const scenario = new ReleaseScenario();
    const fail = async () => {
      const crash = { state: 'failed', reason: 'It crashes.', evidence: [], fault: 'build' } as const;
      scenario.clusters.get('preprod')!.script('orders', crash);
      await expect(releaseIt(scenario)).rejects.toThrow('It crashes.');
      return outdatedIn(scenario);
    };
    expect(await fail()).toMatchObject([
      {
        reason: '20261124-1 failed. 20261124-1 ran nowhere, and is built again.',
        failedBuild: 'orders-20261124-1',
      },
    ]);
    const [twice] = await fail();
    expect(twice?.reason).toBe(
      '20261124-2 failed. This content failed there 2 times. 20261124-1 has the same content, and ran nowhere either: fix the source.',
    );
    expect(twice).not.toHaveProperty('failedBuild');
    scenario.change('2');
    expect((await outdatedIn(scenario))[0]).not.toHaveProperty('failedBuild');
  });

  it('is what is held, and what is just being deployed', async () => {
    const scenario = new ReleaseScenario();
    const { service, ports, reporter } = scenario;
    await releaseIt(scenario);
    scenario.change('2');
    await releaseIt(scenario);
    const environment = preprodOf(scenario)[0]!;
    const request = {
      service,
      environment,
      environmentNames: ['dev', 'preprod', 'prod'],
      mainBranch: 'main',
      to: undefined,
      actor,
    };
    await rollBack(
      await planRollback({ ...request, reason: 'wrong totals' }, ports),
      { timeoutMs: 1000 },
      ports,
      reporter,
    );
    expect(await outdatedIn(scenario)).toMatchObject([
      { reason: expect.stringMatching(/^20261124-2 is held in preprod since .*wrong totals/) },
    ]);
  });

  it('is what a later commit has brought, and says so', async () => {
    const scenario = new ReleaseScenario();
    await releaseIt(scenario);
    const before = await scenario.repository.headCommit();
    scenario.change('2');
    await releaseIt(scenario);
    const later = await scenario.repository.headCommit();
    scenario.repository.checkout(before);
    expect(await outdatedIn(scenario)).toMatchObject([
      { isLater: true, commit: later, reason: '20261124-2 is of a later commit.' },
    ]);
    // A branch that has not got it is no earlier one.
    scenario.change('3');
    expect(await outdatedIn(scenario)).toMatchObject([{ isLater: false, reason: '20261124-2 has other content.' }]);
  });

  describe('of base images', () => {
    const [before, after] = ['1', '2'].map((digit): Digest => `sha256:${digit.repeat(64)}`);
    const base = ImageRef.parseDockerName('node:24')!;
    const of = (scenario: ReleaseScenario, lines?: string[]) => {
      const request = { environments: preprodOf(scenario), services: [scenario.service], baseImages: true };
      return outdated({ ...request, onRemark: (line) => void lines?.push(line) }, scenario.ports);
    };
    const onNode = async () => {
      const scenario = new ReleaseScenario();
      scenario.repository.write(
        'apps/orders/Dockerfile',
        'FROM node:24 AS build\nFROM node:24\nCOPY --from=build /x /x\n',
      );
      scenario.repository.commit();
      const was = scenario.registry.put(base, 'one', {});
      await releaseIt(scenario);
      return { scenario, was };
    };

    it('is what was built on one that has moved, until it is rebuilt and deployed', async () => {
      const { scenario, was } = await onNode();
      expect(await of(scenario)).toEqual([]);
      const is = scenario.registry.put(base, 'two', {});
      expect(await of(scenario)).toMatchObject([
        {
          buildNumber: '20261124-1',
          isLater: false,
          reason: `The base image moved: node:24 was ${was}, is ${is}.`,
          movedBaseImages: [{ image: 'node:24', was, is }],
        },
      ]);
      expect(await outdatedIn(scenario)).toEqual([]);
      expect(await releaseIt(scenario)).toMatchObject({ built: false });
      await releaseIt(scenario, { rebuild: true, only: 'build' });
      const [found] = await of(scenario);
      expect(found!.reason).toBe(`The base image moved: node:24 was ${was}, is ${is}. 20261124-2 is built on that.`);
      expect(found).not.toHaveProperty('movedBaseImages');
      expect(await releaseIt(scenario)).toMatchObject({ built: false, deploys: [{ result: { state: 'deployed' } }] });
      expect(await of(scenario)).toEqual([]);
    });

    it('is told by content first, whatever its base images are', async () => {
      const { scenario } = await onNode();
      scenario.registry.put(base, 'two', {});
      scenario.change('2');
      const [found] = await of(scenario);
      expect(found!.reason).toBe('20261124-1 has other content.');
      expect(found).not.toHaveProperty('movedBaseImages');
    });

    it('is not known where a registry does not answer, or has it no more; each is asked once', async () => {
      const { scenario } = await onNode();
      const digest = jest.spyOn(scenario.registry, 'digest');
      expect(await of(scenario)).toEqual([]);
      expect(digest.mock.calls.filter(([{ registry }]) => registry === 'docker.io')).toHaveLength(1);
      const lines: string[] = [];
      scenario.registry.unreachable.add('docker.io');
      expect(await of(scenario, lines)).toEqual([]);
      expect(lines).toEqual(['whether base images moved is not known: It does not answer.']);
      scenario.registry.unreachable.clear();
      scenario.registry.clear();
      expect(await of(scenario, lines)).toEqual([]);
      expect(lines[1]).toBe('whether base images moved is not known: docker.io has no library/node:24.');
    });

    it('is not known of what was built without a network', async () => {
      const scenario = new ReleaseScenario();
      scenario.repository.write('apps/orders/Dockerfile', 'FROM node:24');
      scenario.repository.commit();
      await releaseIt(scenario);
      scenario.registry.put(base, 'two', {});
      expect(await of(scenario)).toEqual([]);
    });

    it('waits for no registry that is silent', async () => {
      const { scenario } = await onNode();
      const never: ReleaseScenario['registry']['digest'] = () => new Promise(() => {});
      const asked = await askDigests([base, base], { registry: { ...scenario.registry, digest: never } as never }, 10);
      expect([...asked]).toEqual([[base.tagged, { reason: 'docker.io did not answer within 1 s.' }]]);
    });

    it('reads what tags keep of them, and leaves out what is none', () => {
      const images = [base.withDigest(after!), ImageRef.parse('acr.example/a:1')!.withDigest(before!)];
      expect(parseBaseImages(writeBaseImages(images))).toEqual([images[1], images[0]]);
      expect(parseBaseImages(`${base} ${images[0]} x@y  $(id)`)).toEqual([images[0]]);
      expect(parseBaseImages('')).toBeUndefined();
    });
  });

  it('is not known where an environment cannot be looked into', async () => {
    const scenario = new ReleaseScenario();
    scenario.clusters.get('preprod')!.unreachable = 'It is gone.';
    await expect(outdatedIn(scenario)).rejects.toMatchObject({ exitCode: 2 });
  });
});
