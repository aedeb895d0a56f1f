import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checksOf, type Check } from './check-stack.ts';
import { generateWorkspace } from './generated-workspace.ts';
import { shortLoad } from './points/drain.ts';
import { Points } from './points.ts';
import type { Stack } from './stack.ts';
import { go } from './stacks/go.ts';
import { node } from './stacks/node.ts';
import { nodeAlone } from './stacks/node-alone.ts';
import { python } from './stacks/python.ts';
import { makeClones, Subject } from './subject.ts';

// .NET is not among them: where these tests run there is no SDK.
const services: Readonly<Record<string, Stack>> = {
  ...{ shipping: node, errands: nodeAlone, tracking: go, parcels: python },
};
const checks = checksOf(shortLoad);

let temp: string | undefined;
const subjects: Subject[] = [];
/** What falls short of each point, by service and point: mostly they wait, so all services are looked at together. */
const short = new Map<string, Promise<string[]>>();

beforeAll(async () => {
  temp = await generateWorkspace(
    Object.fromEntries(Object.entries(services).map(([name, { name: of }]) => [name, of])),
  );
  mkdirSync(join(temp, 'clones'));
  const clones = await makeClones(join(temp, 'workspace'), join(temp, 'clones'));
  for (const [name, stack] of Object.entries(services)) begin(new Subject(stack, name, clones));
}, 120_000);

afterAll(() => {
  for (const subject of subjects) subject.kill();
  if (temp) rmSync(temp, { recursive: true, force: true });
});

/** Looks at one point after the other, and at the one that only waits beside them. */
function begin(subject: Subject): void {
  subjects.push(subject);
  const built = subject.build();
  let before: Promise<unknown> = built;
  for (const [name, check] of Object.entries(checks)) {
    const isWaiting = name === 'cuts off slow heads';
    const found = (isWaiting ? built : before).then(() => run(check, subject));
    // Reported by the test that is about it.
    const over = found.catch(() => {});
    if (!isWaiting) before = Promise.all([built, over]);
    short.set(`${subject.here.name} ${name}`, found);
  }
  before.catch(() => {});
}

async function run(check: Check, subject: Subject): Promise<string[]> {
  const points = new Points();
  await check(subject, points);
  return points.short;
}

describe.each(Object.entries(services).map(([name, stack]) => [stack.name, name]))('a service of %s', (_, service) => {
  it.each(Object.keys(checks))(
    '%s',
    async (name) => {
      expect(await short.get(`${service} ${name}`)).toEqual([]);
    },
    180_000,
  );
});
