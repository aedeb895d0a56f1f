import type { BuildNumber } from '../../../../model/release/build-number.ts';
import { deploy } from '../../../../use-cases/deploy/deploy.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { planDeploy, requireImage } from '../../../../use-cases/deploy/plan-deploy.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/roll-out.ts';
import { deployOutcome } from '../../output/ci/deploy-outcome.ts';
import { connectEarly } from '../../running/connect-early.ts';
import { listReleases } from '../../running/list-releases.ts';
import { approvedBy } from '../../options/approved-by.ts';
import { actorOf } from '../../running/actor.ts';
import { deployOptions, targetEnvironments, type DeployOptions } from '../../options/deploy-options.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { buildNumberOption } from '../../options/options.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options extends DeployOptions {
  readonly tag: BuildNumber | undefined;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'deploy',
  options: (service) => ({ ...deployOptions, tag: buildNumberOption(service) }),
  begin: listReleases,
  async run(
    { env, tag, dryRun, timeout, approve, ...options },
    { service, environments, ports, reporter, terminal, tell, signal },
  ) {
    const targets = targetEnvironments(environments, env);
    connectEarly(targets, ports);
    const release = await findRelease(service.name, tag, ports);
    const environmentNames = environments.map(({ name }) => name);
    const lines: string[] = [];
    for (const [index, environment] of targets.entries()) {
      reporter.stage?.(index + 1, targets.length);
      const target = { ...options, service, release, environment, environmentNames, actor: actorOf(process.env) };
      if (dryRun) {
        const [{ changes }] = await Promise.all([planDeploy(target, ports, reporter), requireImage(target, ports)]);
        lines.push(
          `${service.name}: dry run: would deploy ${release.buildNumber} to ${environment.name}: ${describeChangeSet(changes)}`,
        );
      } else {
        const limits = { timeout: timeout * 1000, signal, approvedBy: approvedBy(approve, process.env) };
        const result = await deploy(target, { ...options, ...limits }, ports, reporter);
        tell(deployOutcome(release, environment, result));
        lines.push(describeDeploy({ service: service.name, release }, environment, result, terminal));
      }
    }
    return lines.length > 0 ? lines : ['No environment is automatic; choose one with --env.'];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
