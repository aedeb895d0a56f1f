import type { BuildNumber } from '../../model/build-number.ts';
import { promote } from '../../release/promote.ts';
import { describeChanges } from '../../release/roll-out.ts';
import { approvedBy } from '../approved-by.ts';
import { actorOf } from '../actor.ts';
import { deployOutcome } from '../ci/deploy-outcome.ts';
import { promotionOf } from '../deploy-options.ts';
import { describeDeploy } from '../describe-deploy.ts';
import { buildOf, flag, optionalText, seconds } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

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
    from: optionalText,
    to: optionalText,
    tag: buildOf(service),
    approve: flag,
    allowDowntime: flag,
    adopt: flag,
    force: flag,
    timeout: seconds(300, 1, 86_400),
    dryRun: flag,
  }),
  async run({ from, to, tag, approve, timeout, ...options }, { service, environments, ports, reporter, tell, signal }) {
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
          `Dry run: would promote ${service.name} ${promoted.release.buildNumber} to ${way.to.name}: ${describeChanges(promoted.changes)}`,
        ];
      case 'tried':
        tell(deployOutcome(promoted.release, way.to, promoted.result));
        return [describeDeploy(service.name, promoted.release, way.to.name, promoted.result)];
    }
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
