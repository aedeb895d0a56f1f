import { diff } from '../../../../use-cases/deploy/diff.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { actorOf } from '../../running/actor.ts';
import { describeChangeSet } from '../../output/describe-change-set.ts';
import { json, output } from '../../options/common-options.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'diff',
  verb: 'compare',
  options: {
    env: oneEnvironmentOption(),
    tag: buildNumberOption('Release: 20261124-1 or orders-20261124-1 (default: the newest)'),
    json,
    output,
  },
  examples: [
    { command: 'nx run orders:diff --env=prod', description: 'Exit code 3 when there are differences' },
    { command: 'nx run orders:diff --env=prod --tag=20261124-1', description: 'Of an older release' },
  ],
  async run({ env: environment, tag, json: isJson }, { service, environments, ports, reporter }) {
    const release = await findRelease(service.name, tag, ports);
    const environmentNames = environments.map(({ name }) => name);
    const how = { actor: actorOf(process.env), allowDowntime: false, adopt: false };
    const changes = await diff({ ...how, service, release, environment, environmentNames }, ports, reporter);
    const isDifferent = changes.length > 0;
    const { buildNumber } = release;
    if (isJson) {
      const facts = { service: service.name, environment: environment.name, buildNumber, changes };
      return { lines: [JSON.stringify(facts)], isDifferent };
    }
    if (!isDifferent) return [`${service.name} ${buildNumber}: no difference to ${environment.name}`];
    const lines = [
      `${service.name} ${buildNumber} would change in ${environment.name}:`,
      ...describeChangeSet(changes),
    ];
    return { lines, isDifferent };
  },
});
