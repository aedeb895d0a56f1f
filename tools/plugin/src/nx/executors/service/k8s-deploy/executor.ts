import { deploy } from '../../../../use-cases/deploy/deploy.ts';
import { registriesOf } from '../../../../use-cases/release/release-registries.ts';
import { findRelease } from '../../../../use-cases/revision/find-release.ts';
import { previewDeploy } from '../../../../use-cases/deploy/preview-deploy.ts';
import { deployOutcome } from '../../output/ci/deploy-outcome.ts';
import { prefetchClusters } from '../../running/connections/prefetch-clusters.ts';
import { prefetchFacades } from '../../running/connections/prefetch-facades.ts';
import { prefetchReleases } from '../../running/connections/prefetch-releases.ts';
import { checkFreeze } from '../../../../use-cases/deploy/requirements/require-no-freeze.ts';
import { approvedWith } from '../../options/approved-with.ts';
import { actorOf } from '../../running/actor.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { canaryOptions, canaryPlanOf } from '../../options/canary-options.ts';
import { deployOptions as commonOptions } from '../../options/common-options.ts';
import { describePreview, plansOf } from '../../output/describe-preview.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'k8s-deploy',
  verb: 'deploy',
  options: {
    ...commonOptions,
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
    { service, environments, ports, reporter, terminal, tell, tellPlan, branch, workspaceRoot, signal },
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
    const approved = {
      ...approvedWith(approve, process.env),
    };
    // A release that the user names is meant, whatever its commit.
    const comparing = { mainBranch: branch, comparesCommits: tag === undefined };
    const deployOptions = { ...options, ...approved, ...comparing, timeoutMs: timeout * 1000, signal, canary };
    const lines: string[] = [];
    for (const [index, environment] of targets.entries()) {
      reporter.stage?.(index + 1, targets.length);
      const actor = actorOf(process.env);
      const imageSources = registriesOf(environments);
      const target = { ...options, service, release, environment, environmentNames, imageSources, actor };
      if (dryRun) {
        const preview = await previewDeploy(target, deployOptions, ports, reporter);
        tellPlan(...plansOf(preview));
        lines.push(
          ...describePreview({ service: service.name, release, verb: 'deploy' }, environment, { ...preview, terminal }),
        );
      } else {
        const result = await deploy(target, deployOptions, ports, reporter);
        tell(deployOutcome(release, environment, result));
        lines.push(describeDeploy({ service: service.name, release }, environment, result, terminal));
      }
    }
    return lines.length > 0 ? lines : ['No environment is automatic; choose one with --env.'];
  },
});
