import { up } from '../../../local-platform/src/platform.ts';
import { describeMachine } from '../../../scratch-workspace/src/machine.ts';
import { platform } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { replaceSection } from '../page.ts';
import { compare, head, row, type Shop } from './compare.ts';
import { publishMany } from './many-services.ts';
import { deployUnchanged, openOrders, releaseChanged } from './releases.ts';
import { likeAzure, SimulatedDoor } from './simulated-door.ts';

/** How often each command runs, and how many services are published: `npm run bench:door -- 3 20` gives a first idea. */
const rounds = Number(process.argv[2] ?? 5);
const services = Number(process.argv[3] ?? 100);

await up();
const door = await SimulatedDoor.start();
try {
  const oneService = await withShop(async (shop) => [
    row('`nx run orders:k8s-deploy`', await deployUnchanged(shop)),
    row('`nx run orders:release`', await releaseChanged(shop, false)),
    row('`nx run orders:release`, changed description', await releaseChanged(shop, true)),
    row('`nx run orders:status`', await compare(shop, () => ['run', 'orders:status'])),
    row('`nx run infrastructure:audit`', await compare(shop, () => ['run', 'infrastructure:audit'])),
  ]);
  const many = await publishMany(door, services);
  replaceSection('door', [...introduction(), ...head, ...oneService, '', ...manyServices(), ...many]);
} finally {
  await door.stop();
}

async function withShop<T>(action: (shop: Shop) => Promise<T>): Promise<T> {
  const workspace = await ScratchWorkspace.create('door');
  try {
    const { port } = new URL((await platform()).gateway);
    const shop = { workspace, door, backend: `http://${workspace.hostname}:${port}`, rounds };
    await openOrders(shop);
    return await action(shop);
  } finally {
    await workspace.remove();
  }
}

function introduction(): string[] {
  const { answerMs, tokenMs, operationMs } = likeAzure;
  return [
    '## Publishing at API Management',
    '',
    `Made by \`npm run bench:door\`. ${describeMachine()}; cluster, command and a [simulator](api-facade.md#what-was-proved-against-a-simulator) of API Management share the machine. The door "like Azure" is an assumption: each answer takes ${answerMs} ms, a token of \`az\` ${tokenMs} ms, an import ${operationMs} ms. ${rounds} runs each, in turns, in one environment with and without \`facade\`; seconds: median (lowest–highest), without the service's own lint and tests.`,
    '',
  ];
}

function manyServices(): string[] {
  return [
    'Published by one command, `nx run-many -t api-publish`, at the door "like Azure", which takes 200 writes at once and 10 more each second (429 beyond that):',
    '',
    '| | seconds | requests | of them writes | 429, waited for |',
    '| --- | --- | --- | --- | --- |',
  ];
}
