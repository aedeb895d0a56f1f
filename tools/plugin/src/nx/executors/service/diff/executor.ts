import { diff, diffCheckout } from '../../../../use-cases/deploy/diff.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { actorOf } from '../../running/actor.ts';
import { describeCheckoutDiff, describeReleaseDiff } from '../../output/describe-diff.ts';
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
      const isDifferent = isRebuilt || changes.length > 0;
      if (!isJson) return { lines: describeCheckoutDiff(about, found), isDifferent };
      const facts = { ...about, ...checkout, running: running?.buildNumber, isRebuilt, changes };
      return { lines: [JSON.stringify(facts)], isDifferent };
    }
    const release = await findRelease(service.name, tag, ports);
    const changes = await diff({ ...target, release }, ports, reporter);
    const { buildNumber } = release;
    const lines = isJson
      ? [JSON.stringify({ ...about, buildNumber, changes })]
      : describeReleaseDiff(about, buildNumber, changes);
    return { lines, isDifferent: changes.length > 0 };
  },
});
