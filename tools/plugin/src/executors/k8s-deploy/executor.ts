import type { BuildNumber } from '../../model/build-number.ts';
import { deploy } from '../../release/deploy.ts';
import { findRelease } from '../../release/find-release.ts';
import { planDeploy, refuseMissingImage } from '../../release/plan-deploy.ts';
import { describeChanges } from '../../release/roll-out.ts';
import { deployOutcome } from '../ci/deploy-outcome.ts';
import { connectEarly } from '../connect-early.ts';
import { listReleases } from '../list-releases.ts';
import { approvedBy } from '../approved-by.ts';
import { actorOf } from '../actor.ts';
import { deployOptions, environmentsMeant, type DeployOptions } from '../deploy-options.ts';
import { describeDeploy } from '../describe-deploy.ts';
import { buildOf } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

interface Options extends DeployOptions {
  readonly tag: BuildNumber | undefined;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'deploy',
  options: (service) => ({ ...deployOptions, tag: buildOf(service) }),
  begin: listReleases,
  async run(
    { env, tag, dryRun, timeout, approve, ...options },
    { service, environments, ports, reporter, tell, signal },
  ) {
    const targets = environmentsMeant(environments, env);
    connectEarly(targets, ports);
    const release = await findRelease(service.name, tag, ports);
    const environmentNames = environments.map(({ name }) => name);
    const lines: string[] = [];
    for (const environment of targets) {
      const target = { ...options, service, release, environment, environmentNames, actor: actorOf(process.env) };
      if (dryRun) {
        const [{ changes }] = await Promise.all([
          planDeploy(target, ports, reporter),
          refuseMissingImage(target, ports),
        ]);
        lines.push(
          `Dry run: would deploy ${service.name} ${release.buildNumber} to ${environment.name}: ${describeChanges(changes)}`,
        );
      } else {
        const limits = { timeout: timeout * 1000, signal, approvedBy: approvedBy(approve, process.env) };
        const result = await deploy(target, { ...options, ...limits }, ports, reporter);
        tell(deployOutcome(release, environment, result));
        lines.push(describeDeploy(service.name, release, environment.name, result));
      }
    }
    return lines.length > 0 ? lines : ['No environment is automatic; choose one with --env.'];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
