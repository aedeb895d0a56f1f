import { diff, diffCheckout } from '../../../../use-cases/deploy/diff.ts';
import { doorChanges } from '../../../../use-cases/facade/door-changes.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { actorOf } from '../../running/actor.ts';
import { describeCheckoutDiff, describeReleaseDiff, differsAtDoor } from '../../output/describe-diff.ts';
import { json, output } from '../../options/common-options.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'diff',
  verb: 'compare',
  options: {
    env: oneEnvironmentOption(),
    tag: buildNumberOption('Release to compare, 20261124-1 or orders-20261124-1 (default: the checkout)'),
    json,
    output,
  },
  examples: [
    { command: 'nx run orders:diff --env=prod', description: 'Exit code 3 when there are differences' },
    { command: 'nx run orders:diff --env=prod --tag=20261124-1', description: 'Of a release' },
  ],
  async run({ env: environment, tag, json: isJson }, { service, environments, ports, reporter }) {
    const environmentNames = environments.map(({ name }) => name);
    const how = { actor: actorOf(process.env), allowDowntime: false, adopt: false };
    const target = { ...how, service, environment, environmentNames };
    const about = { service: service.name, environment: environment.name };
    if (tag === undefined) {
      const found = await diffCheckout(target, ports, reporter);
      const { running, isRebuilt, changes, ...checkout } = found;
      const isDifferent = isRebuilt || changes.length > 0 || differsAtDoor(found.door);
      if (!isJson) return { lines: describeCheckoutDiff(about, found), isDifferent };
      const facts = { ...about, ...checkout, running: running?.buildNumber, isRebuilt, changes };
      return { lines: [JSON.stringify(facts)], isDifferent };
    }
    const release = await findRelease(service.name, tag, ports);
    const [changes, door] = await Promise.all([
      diff({ ...target, release }, ports, reporter),
      doorChanges({ ...target, release }, ports),
    ]);
    const { buildNumber } = release;
    const found = { buildNumber, changes, ...(door ? { door } : {}) };
    const lines = isJson ? [JSON.stringify({ ...about, ...found })] : describeReleaseDiff(about, found);
    return { lines, isDifferent: changes.length > 0 || differsAtDoor(door) };
  },
});
