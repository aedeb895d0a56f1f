import type { BuildNumber } from '../../../../model/release/build-number.ts';
import { promote } from '../../../../use-cases/deploy/promote.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/roll-out.ts';
import { approvedBy } from '../../options/approved-by.ts';
import { actorOf } from '../../running/actor.ts';
import { deployOutcome } from '../../output/ci/deploy-outcome.ts';
import { promotionOf } from '../../options/deploy-options.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { buildNumberOption, booleanOption, stringOption, secondsOption } from '../../options/options.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly tag: BuildNumber | undefined;
  readonly approve: boolean;
  readonly allowDowntime: boolean;
  readonly adopt: boolean;
  readonly force: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly dryRun: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'promote',
  options: (service) => ({
    from: stringOption,
    to: stringOption,
    tag: buildNumberOption(service),
    approve: booleanOption,
    allowDowntime: booleanOption,
    adopt: booleanOption,
    force: booleanOption,
    timeout: secondsOption(300, 1, 86_400),
    dryRun: booleanOption,
  }),
  async run(
    { from, to, tag, approve, timeout, ...options },
    { service, environments, ports, reporter, terminal, tell, signal },
  ) {
    const way = promotionOf(environments, from, to, `promote ${service.name}`);
    const environmentNames = environments.map(({ name }) => name);
    const limits = { timeout: timeout * 1000, signal, approvedBy: approvedBy(approve, process.env) };
    const request = {
      ...options,
      ...way,
      ...limits,
      service,
      environmentNames,
      build: tag,
      actor: actorOf(process.env),
    };
    const promoted = await promote(request, ports, reporter);
    switch (promoted.state) {
      case 'nothing':
        return [`${service.name}: nothing to promote, it was never deployed to ${way.from.name}`];
      case 'planned':
        return [
          `${service.name}: dry run: would promote ${promoted.release.buildNumber} to ${way.to.name}: ${describeChangeSet(promoted.changes)}`,
        ];
      case 'tried':
        tell(deployOutcome(promoted.release, way.to, promoted.result));
        return [
          describeDeploy({ service: service.name, release: promoted.release }, way.to, promoted.result, terminal),
        ];
    }
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
