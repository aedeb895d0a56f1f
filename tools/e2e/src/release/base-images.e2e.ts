import { HttpImageRegistry } from '../../../plugin/src/adapters/registry/http-image-registry.ts';
import { ImageRef } from '../../../plugin/src/model/image/image-ref.ts';
import { platform } from '../../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
let base: ImageRef;

const registry = new HttpImageRegistry();
const docker = (args: readonly string[], input = '') => runSuccessfully('docker', args, { input });

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('bases');
  base = ImageRef.parse(`${(await platform()).registry}/${workspace.id}/node:24`)!;
  await docker(['tag', 'node:24-bookworm-slim', base.tagged]);
  await docker(['push', '--quiet', base.tagged]);
  workspace.edit('apps/payments/Dockerfile', /^FROM .*$/m, `ARG BASE=${base.tagged}\nFROM $BASE`);
  await workspace.commit('feat(payments): a base image of our own');
  await workspace.git(['push', '--quiet', 'origin', 'HEAD:main']);
});
afterAll(async () => {
  if (base) await docker(['image', 'rm', '--force', base.tagged]);
  await workspace?.remove();
});

/** What `outdated` says, as JSON that begins like this. */
async function outdated<Result>(begin: string, ...options: string[]): Promise<Result> {
  const { stdout } = await workspace.task(['run', 'infrastructure:outdated', ...options]);
  return JSON.parse(stdout.split('\n').find((line) => line.startsWith(begin)) ?? '') as Result;
}

/** Pushes another image under its name, as somebody else does: what this machine has under it stays what it was. */
async function move(): Promise<string> {
  await docker(['build', '--quiet', `--tag=${base.tagged}`, '-'], `FROM ${base.tagged}\nLABEL patched=yes\n`);
  await docker(['push', '--quiet', base.tagged]);
  await docker(['tag', 'node:24-bookworm-slim', base.tagged]);
  return (await registry.digest(base))!;
}

const ofPayments = async () =>
  (await outdated<{ service: string; reason: string }[]>('[', '--json')).filter(
    ({ service }) => service === 'payments',
  );

it('tells that a base image has moved, until a rebuild is released', async () => {
  await workspace.taskSuccessfully(['run', 'payments:release']);
  expect(await ofPayments()).toEqual([]);
  const was = await registry.digest(base);
  const tag = await workspace.git(['tag', '--list', 'payments-*', '--format=%(contents)']);
  expect(tag).toContain(`Base-Images: ${base.tagged}@${was}`);

  const is = await move();
  const reason = `The base image moved: ${base.tagged} was ${was}, is ${is}.`;
  expect(await ofPayments()).toMatchObject([{ reason, movedBaseImages: [{ image: base.tagged, was, is }] }]);
  const matrix = await outdated<{ services: { projects: string }[]; rebuild: string }>('{', '--matrix');
  expect(matrix.rebuild).toBe('payments');
  expect(matrix.services.map(({ projects }) => projects).join()).not.toContain('payments');
  expect(await workspace.taskSuccessfully(['run', 'infrastructure:outdated'])).toContain(
    'nx run payments:release --rebuild',
  );
  expect(await workspace.taskSuccessfully(['run', 'infrastructure:outdated', '--offline'])).not.toContain('payments');

  await workspace.taskSuccessfully(['run', 'payments:release', '--rebuild']);
  const [first = '', second = ''] = (await workspace.git(['tag', '--list', 'payments-*', '--sort=creatordate'])).split(
    '\n',
  );
  const message = await workspace.git(['tag', '--list', second, '--format=%(contents)']);
  const digest = /^Image-Digest: (\S+)$/m.exec(message)?.[1];
  const image = ImageRef.parse(`${await workspace.registry()}/payments@${digest}`)!;
  expect(await registry.labels(image)).toMatchObject({
    patched: 'yes',
    'org.opencontainers.image.base.name': base.tagged,
    'org.opencontainers.image.base.digest': is,
  });
  expect(await ofPayments()).toEqual([]);
  const sides = [`--from=${first}`, `--to=${second}`];
  const changes = await workspace.taskSuccessfully(['run', 'payments:changes', ...sides]);
  expect(changes).toContain('Rebuilt: nothing but what it is built on changed.');
  expect(changes).toContain(`${base.tagged} moved: ${was} → ${is}`);
});
