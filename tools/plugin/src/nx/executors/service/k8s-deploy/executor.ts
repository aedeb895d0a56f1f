import { canaryOf, deploy } from '../../../../use-cases/deploy/deploy.ts';
import { tellSupply } from '../../../../use-cases/deploy/image-supply.ts';
import { registriesOf } from '../../../../use-cases/release/release-registries.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { planVerified } from '../../../../use-cases/deploy/plan-verified.ts';
import { tellPlanned } from '../../../../use-cases/deploy/rollout/rollout-publication.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/rollout/roll-out.ts';
import { deployOutcome } from '../../output/ci/deploy-outcome.ts';
import { prefetchClusters } from '../../running/connections/prefetch-clusters.ts';
import { prefetchFacades } from '../../running/connections/prefetch-facades.ts';
import { prefetchReleases } from '../../running/connections/prefetch-releases.ts';
import { checkFreeze } from '../../../../use-cases/deploy/requirements/require-no-freeze.ts';
import { approvedBy } from '../../options/approved-by.ts';
import { actorOf } from '../../running/actor.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { canaryOptions, canaryPlanOf } from '../../options/canary-options.ts';
import { deployOptions } from '../../options/common-options.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'k8s-deploy',
  verb: 'deploy',
  options: {
    ...deployOptions,
    ...canaryOptions,
    tag: buildNumberOption('Release: 20261124-1 or orders-20261124-1 (default: the newest)'),
  },
  examples: [
    { command: 'nx run orders:k8s-deploy --env=dev --tag=20261124-1', description: 'Deploy a release to dev' },
    { command: 'nx run orders:k8s-deploy --env=prod --approve', description: 'Deploy the newest release to prod' },
    {
      command: 'nx run orders:k8s-deploy --env=prod --approve --canary=10%,50% --pause=5m',
      description: 'Lead a tenth, then half of the requests to it first',
    },
  ],
  begin: prefetchReleases,
  async run(
    { env: targets, tag, dryRun, timeout, approve, canary: steps, pause, ...options },
    { service, environments, ports, reporter, terminal, tell, branch, workspaceRoot, signal },
  ) {
    const canary = canaryPlanOf(steps, pause, `deploy ${service.name}`);
    prefetchClusters(targets, ports);
    prefetchFacades(targets, { service, ports, workspaceRoot });
    // Of several, none is deployed to where one is frozen.
    for (const environment of targets) {
      const doing = `deploy ${service.name} to ${environment.name}`;
      checkFreeze({ ...options, dryRun, environment, doing }, ports, reporter);
    }
    const release = await findRelease(service.name, tag, ports);
    const environmentNames = environments.map(({ name }) => name);
    const lines: string[] = [];
    for (const [index, environment] of targets.entries()) {
      reporter.stage?.(index + 1, targets.length);
      const actor = actorOf(process.env);
      const imageSources = registriesOf(environments);
      const target = { ...options, service, release, environment, environmentNames, imageSources, actor };
      if (dryRun) {
        const trust = { ...options, mainBranch: branch };
        const { plan, publication, supply } = await planVerified(target, trust, ports, reporter);
        tellSupply(supply, environment, reporter);
        tellPlanned(publication, environment, reporter);
        if (canary) {
          const records = await plan.cluster.records(service.name);
          await canaryOf(target, plan, { canary, records }, ports);
        }
        lines.push(
          `${service.name}: dry run: would deploy ${release.buildNumber} to ${environment.name}: ${describeChangeSet(plan.changes)}`,
        );
      } else {
        const limits = { timeoutMs: timeout * 1000, signal, approvedBy: approvedBy(approve, process.env) };
        // A release that the user names is meant, whatever its commit.
        const comparing = { mainBranch: branch, comparesCommits: tag === undefined };
        const result = await deploy(target, { ...options, ...limits, ...comparing, canary }, ports, reporter);
        tell(deployOutcome(release, environment, result));
        lines.push(describeDeploy({ service: service.name, release }, environment, result, terminal));
      }
    }
    return lines.length > 0 ? lines : ['No environment is automatic; choose one with --env.'];
  },
});
