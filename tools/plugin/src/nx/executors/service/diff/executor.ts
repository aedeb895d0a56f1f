import { differenceMark } from '../../../graph/difference-mark.ts';
import type { BuildNumber } from '../../../../model/release/build-number.ts';
import { diff, diffCheckout } from '../../../../use-cases/deploy/diff.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { actorOf } from '../../running/actor.ts';
import { oneEnvironment } from '../../options/deploy-options.ts';
import { buildNumberOption, booleanOption, stringOption } from '../../options/options.ts';
import { describeCheckoutDiff, describeReleaseDiff } from '../../output/describe-diff.ts';
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
    const environmentNames = environments.map(({ name }) => name);
    const how = { actor: actorOf(process.env), allowDowntime: false, adopt: false };
    const target = { ...how, service, environment, environmentNames };
    const about = { service: service.name, environment: environment.name };
    if (tag === undefined) {
      const found = await diffCheckout(target, ports, reporter);
      const { running, isRebuilt, changes, ...checkout } = found;
      const mark = isRebuilt || changes.length > 0 ? [differenceMark] : [];
      if (!json) return [...describeCheckoutDiff(about, found), ...mark];
      return [JSON.stringify({ ...about, ...checkout, running: running?.buildNumber, isRebuilt, changes }), ...mark];
    }
    const release = await findRelease(service.name, tag, ports);
    const changes = await diff({ ...target, release }, ports, reporter);
    const mark = changes.length > 0 ? [differenceMark] : [];
    const { buildNumber } = release;
    if (json) return [JSON.stringify({ ...about, buildNumber, changes }), ...mark];
    return [...describeReleaseDiff(about, buildNumber, changes), ...mark];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
