import { differenceMark } from '../../../graph/difference-mark.ts';
import type { BuildNumber } from '../../../../model/release/build-number.ts';
import { diff } from '../../../../use-cases/deploy/diff.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { actorOf } from '../../running/actor.ts';
import { oneEnvironment } from '../../options/deploy-options.ts';
import { buildNumberOption, booleanOption, stringOption } from '../../options/options.ts';
import { describeChangeSet } from '../../output/describe-change-set.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly tag: BuildNumber | undefined;
  readonly json: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'compare',
  options: (service) => ({ env: stringOption, tag: buildNumberOption(service), json: booleanOption }),
  async run({ env, tag, json }, { service, environments, ports, reporter }) {
    const environment = oneEnvironment(environments, env, `compare ${service.name}`);
    const release = await findRelease(service.name, tag, ports);
    const environmentNames = environments.map(({ name }) => name);
    const how = { actor: actorOf(process.env), allowDowntime: false, adopt: false };
    const changes = await diff({ ...how, service, release, environment, environmentNames }, ports, reporter);
    const mark = changes.length > 0 ? [differenceMark] : [];
    const { buildNumber } = release;
    if (json)
      return [JSON.stringify({ service: service.name, environment: environment.name, buildNumber, changes }), ...mark];
    if (changes.length === 0) return [`${service.name} ${buildNumber}: no difference to ${environment.name}`];
    return [
      `${service.name} ${buildNumber} would change in ${environment.name}:`,
      ...describeChangeSet(changes),
      ...mark,
    ];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
