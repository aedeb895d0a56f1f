import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import { podsOf, runningDigests } from '../../../scratch-workspace/src/state/cluster-state.ts';
import { platform } from '../../../scratch-workspace/src/platform.ts';
import { tagsOf } from '../../../scratch-workspace/src/state/registry-state.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
let preprod: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('release', { keep: ['checks'] });
  preprod = workspace.namespace('preprod');
});
afterAll(() => workspace.remove());

/** Build number of what runs, as the status tells it. */
async function runningBuild(service: string): Promise<string | undefined> {
  const output = await workspace.taskSuccessfully(['run', `${service}:status`, '--json', '--env=preprod']);
  const json = output.split('\n').find((line) => line.startsWith('{"service"'));
  return (JSON.parse(json!) as { environments: { buildNumber?: string }[] }).environments[0]?.buildNumber;
}

const uids = async (service: string) => (await podsOf(service, preprod)).map(({ metadata }) => metadata.uid).sort();

describe('a release', () => {
  it('brings services from source to running pods, behind the gateway, and tells what runs', async () => {
    const output = await workspace.nxSuccessfully(['run-many', '-t', 'release']);
    const head = await workspace.git(['rev-parse', 'HEAD']);
    for (const service of ['orders', 'payments', 'inventory']) {
      expect(output).toMatch(new RegExp(`^${service} +\\d{8}-1 +[0-9a-f]{12} +preprod +deployed `, 'm'));
      const [tag] = await tagsOf(`${workspace.id}/${service}`);
      expect(tag).toMatch(/^\d{8}-1$/);
      const message = await workspace.git(
        ['for-each-ref', `refs/tags/${service}-${tag}`, '--format=%(objecttype) %(*objectname) %(contents)'],
        workspace.origin,
      );
      expect(message).toContain(`tag ${head} `);
      expect(message).toContain(`Service: ${service}`);
      const digest = /Image-Digest: (sha256:[0-9a-f]{64})/.exec(message)?.[1];
      expect(await runningDigests(service, preprod)).toEqual([digest]);
      expect(await podsOf(service, preprod)).toHaveLength(2);
      expect(await runningBuild(service)).toBe(tag);
    }
  });

  it('serves: orders keeps an order and asks payments to charge it', async () => {
    const made = await callGateway(workspace.hostname, '/orders', {
      method: 'POST',
      json: { item: 'tea', quantity: 2, unitPrice: '3.50' },
    });
    expect(made).toMatchObject({ status: 201 });
    const { id, chargeId } = JSON.parse(made.body) as { id: string; chargeId: string };
    // Orders are kept by one of two pods; whichever it is, it tells of its own.
    const listed = await callGateway(workspace.hostname, '/orders');
    expect(listed.status).toBe(200);
    expect(id).not.toBe(chargeId);
  });

  it('builds the same image as docker:build of @nx/docker, labels aside', async () => {
    const docker = (...argv: string[]) => runSuccessfully('docker', argv);
    const contents = async (image: string) => {
      const facts = '{{json .Config.Entrypoint}} {{json .Config.User}} {{json .Config.ExposedPorts}}';
      const config = await docker('image', 'inspect', `--format=${facts}`, image);
      const container = await docker('create', image);
      const file = join(workspace.folder, `tmp/${container}`);
      mkdirSync(dirname(file), { recursive: true });
      await docker('cp', `${container}:/inventory`, file);
      await docker('rm', container);
      return { config, binary: createHash('sha256').update(readFileSync(file)).digest('hex') };
    };
    await workspace.nxSuccessfully(['run', 'inventory:docker:build']);
    const [tag] = await tagsOf(`${workspace.id}/inventory`);
    const { registry } = await platform();
    expect(await contents('apps-inventory')).toEqual(await contents(`${registry}/${workspace.id}/inventory:${tag}`));
    await docker('image', 'rm', 'apps-inventory');
  });

  it('does nothing when it is there already: no tag, no image, no new pod', async () => {
    const before = { refs: await workspace.originRefs(), pods: await uids('orders') };
    const output = await workspace.nxSuccessfully(['run-many', '-t', 'release']);
    for (const service of ['orders', 'payments', 'inventory'])
      expect(output).toMatch(new RegExp(`^${service} +\\d{8}-1 +[0-9a-f]{12} +preprod +already running`, 'm'));
    expect({ refs: await workspace.originRefs(), pods: await uids('orders') }).toEqual(before);
  });

  it('releases only the service that uses a changed library', async () => {
    workspace.write(
      'libs/money/src/index.ts',
      `${workspace.read('libs/money/src/index.ts')}\nexport const touched = true;\n`,
    );
    await workspace.commit('feat(money): something only orders uses');
    const before = { payments: await uids('payments'), orders: await uids('orders') };
    const output = await workspace.nxSuccessfully(['affected', '-t', 'release', '--base=HEAD~1']);
    expect(output).toMatch(/^orders +\d{8}-2 +[0-9a-f]{12} +preprod +deployed /m);
    expect(output).not.toContain('payments');
    expect(await uids('payments')).toEqual(before.payments);
    expect(await uids('orders')).not.toEqual(before.orders);
    const all = await workspace.nxSuccessfully(['run-many', '-t', 'release']);
    expect(all).toMatch(/^payments +\d{8}-1 +[0-9a-f]{12} +preprod +already running/m);
    expect(all).toMatch(/^orders +\d{8}-2 +[0-9a-f]{12} +preprod +already running/m);
  });

  it('releases nothing when documentation changes', async () => {
    workspace.write('apps/orders/README.md', '# Orders\n');
    workspace.write('docs/anything.md', '# Anything\n');
    await workspace.commit('docs: words');
    const before = await workspace.originRefs();
    const output = await workspace.nxSuccessfully(['run-many', '-t', 'release']);
    expect(output.match(/already running/g)).toHaveLength(3);
    expect(await workspace.originRefs()).toBe(before);
  });

  it('leaves the old pods serving when the new image does not start, and exits with 1', async () => {
    workspace.edit('apps/payments/Dockerfile', /^CMD .*$/m, 'CMD ["node", "missing.cjs"]');
    await workspace.commit('feat(payments): a broken image');
    const before = await uids('payments');
    const { code, output } = await workspace.nx(['run', 'payments:release', '--timeout=30']);
    expect(code).toBe(1);
    expect(output).toContain('Could not deploy payments');
    expect(output).toContain('missing.cjs');
    expect(await uids('payments')).toEqual(expect.arrayContaining(before));
    expect(await callGateway(workspace.hostname, '/payments/healthz/ready')).toMatchObject({ status: 200 });

    const again = ['run', 'payments:release', '--timeout=30'];
    expect((await workspace.nx([...again, '--dry-run'])).output).toMatch(/would build again: \d{8}-2 has this content/);
    const second = await workspace.nx(again);
    expect(second.output).toMatch(/building again: \d{8}-2 has this content, failed in preprod at .*, and ran nowhere/);
    expect(second.output).toMatch(/Could not deploy payments \d{8}-3/);
    const third = await workspace.nx(again);
    expect(third.output).toMatch(/\d{8}-3 and \d{8}-2 have this content, and ran nowhere; deploying \d{8}-3 again/);
    expect([second.code, third.code]).toEqual([1, 1]);
    expect(await tagsOf(`${workspace.id}/payments`)).toHaveLength(3);

    await workspace.restore('HEAD~1');
    const mended = await workspace.taskSuccessfully(['run', 'payments:release']);
    expect(mended).toMatch(/payments \d{8}-4: runs in preprod/);
  });

  it('gives two releases at the same moment two numbers and two tags, and the newer one runs', async () => {
    workspace.edit('apps/inventory/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
    await workspace.commit('feat(inventory): probe less often');
    await workspace.git(['push', '--quiet']);
    const checkouts = [workspace, await workspace.clone('second checkout')];
    for (const each of checkouts)
      await each.nxSuccessfully(['run-many', '-t', 'lint', 'test', 'build', '-p', 'inventory']);
    const results = await Promise.all(checkouts.map((each) => each.nx(['run', 'inventory:release'])));
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const tags = (await tagsOf(`${workspace.id}/inventory`)).sort();
    expect(tags).toHaveLength(3);
    const refs = await workspace.originRefs();
    for (const tag of tags) expect(refs).toContain(`refs/tags/inventory-${tag} `);
    expect(await runningBuild('inventory')).toBe(tags[2]);
  });
});

describe('single steps', () => {
  it('build, tag and deploy one after the other', async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 12');
    await workspace.commit('feat(payments): probe less often');
    expect(await workspace.nxSuccessfully(['run', 'payments:docker-release'])).toMatch(
      /payments-\d{8}-5 is pushed: sha256:/,
    );
    expect(await workspace.nxSuccessfully(['run', 'payments:git-tag'])).toMatch(/payments-\d{8}-5 is on [0-9a-f]{40}/);
    const number = (await tagsOf(`${workspace.id}/payments`)).sort().at(-1)!;
    const deployed = await workspace.nxSuccessfully(['run', 'payments:k8s-deploy', '--env=preprod', `--tag=${number}`]);
    expect(deployed).toContain(`payments ${number}: runs in preprod`);
    const older = number.replace(/-5$/, '-4');
    expect(
      await workspace.nxSuccessfully(['run', 'payments:k8s-deploy', '--env=preprod', `--tag=payments-${older}`]),
    ).toContain('skipped: preprod already runs the newer');
    expect(await runningBuild('payments')).toBe(number);
    await workspace.nxSuccessfully(['run', 'payments:k8s-deploy', '--env=preprod', `--tag=${older}`, '--force']);
    expect(await runningBuild('payments')).toBe(older);
  });

  it('with podman', async () => {
    // Podman keeps images of its own; the platform's registry has the base image where no other can be reached.
    const base = 'library/node:24-bookworm-slim';
    const { registry } = await platform();
    await runSuccessfully('podman', ['pull', '--quiet', '--tls-verify=false', `${registry}/${base}`]);
    await runSuccessfully('podman', ['tag', `${registry}/${base}`, `docker.io/${base}`]);
    workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 12', 'periodSeconds: 13');
    await workspace.commit('feat(payments): probe even less often');
    const output = await workspace.taskSuccessfully(['run', 'payments:release'], {
      env: { POC_CONTAINER_ENGINE: 'podman' },
    });
    expect(output).toContain('building image with podman');
    expect(output).toMatch(/payments \d{8}-6: runs in preprod/);
  });
});

describe('a dry run', () => {
  it.each([
    [
      'release',
      [
        /would use build number/,
        /would build the image/,
        /would push/,
        /would tag/,
        /would deploy: .*Deployment orders configured/,
      ],
    ],
    ['docker-release', [/would use build number/, /would build the image/, /would push/]],
    ['git-tag', [/would tag/]],
    ['k8s-deploy', [/orders: dry run: would deploy/]],
  ])('of %s tells what would happen and changes nothing', async (target, lines) => {
    workspace.edit('apps/orders/k8s/deployment.yaml', /periodSeconds: 1\d/, `periodSeconds: 1${target.length % 9}`);
    await workspace.commit('feat(orders): another period');
    const before = {
      refs: await workspace.originRefs(),
      images: await tagsOf(`${workspace.id}/orders`),
      pods: await uids('orders'),
    };
    const output = await workspace.nxSuccessfully(['run', `orders:${target}`, '--dry-run']);
    for (const line of lines) expect(output).toMatch(line);
    expect({
      refs: await workspace.originRefs(),
      images: await tagsOf(`${workspace.id}/orders`),
      pods: await uids('orders'),
    }).toEqual(before);
  });
});
