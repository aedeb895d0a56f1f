import { promote } from '../../../../use-cases/deploy/promote.ts';
import { registriesOf } from '../../../../use-cases/release/release-registries.ts';
import { approvedWith } from '../../options/approved-with.ts';
import { actorOf } from '../../running/actor.ts';
import { deployOutcome } from '../../output/ci/deploy-outcome.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { describePreview, plansOf } from '../../output/describe-preview.ts';
import { canaryOptions, canaryPlanOf } from '../../options/canary-options.ts';
import {
  adopt,
  allowBreaking,
  allowDowntime,
  approve,
  deployReason,
  dryRun,
  timeout,
} from '../../options/common-options.ts';
import { booleanOption, ownBuildNumberOption } from '../../options/declare-options.ts';
import { namedEnvironmentOption, promotionOf } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'promote',
  verb: 'promote',
  options: {
    from: namedEnvironmentOption('Environment that verified it', 'the one before the other, or the last automatic one'),
    to: namedEnvironmentOption('Environment that gets it', 'the one after the other'),
    tag: ownBuildNumberOption(
      'Release: 20261124-1 or orders-20261124-1; of several services, each takes its own (default: the newest that has run upstream for long enough)',
    ),
    ...canaryOptions,
    approve,
    allowDowntime,
    allowBreaking,
    adopt,
    force: booleanOption(
      'Promote a release that lost requests upstream, has not run there for long enough or is not healthy there, and over a newer one or a hold; with --reason also in a freeze',
    ),
    reason: deployReason,
    timeout,
    dryRun,
  },
  examples: [
    { command: 'nx run-many -t promote --dry-run', description: 'What would be promoted' },
    {
      command: 'nx run orders:promote --to=prod --approve',
      description: 'Show the plan, ask, and promote what runs before prod',
    },
  ],
  async run(
    { from, to, tag, approve: isApproved, timeout: seconds, canary: steps, pause, ...options },
    { service, environments, ports, reporter, terminal, tell, tellPlan, branch, signal },
  ) {
    const way = promotionOf(environments, from, to, `promote ${service.name}`);
    if (!from || !to) reporter.step(`environments: from ${way.from.name} to ${way.to.name}`);
    const environmentNames = environments.map(({ name }) => name);
    const limits = {
      timeoutMs: seconds * 1000,
      signal,
      ...approvedWith(isApproved, process.env),
    };
    const request = {
      ...options,
      ...way,
      ...limits,
      service,
      environmentNames,
      imageSources: registriesOf(environments),
      mainBranch: branch,
      build: tag,
      canary: canaryPlanOf(steps, pause, `promote ${service.name}`),
      actor: actorOf(process.env),
    };
    const promoted = await promote(request, ports, reporter);
    switch (promoted.state) {
      case 'nothing':
        return [`${service.name}: nothing to promote, it was never deployed to ${way.from.name}`];
      case 'planned':
        tellPlan(...plansOf(promoted.preview));
        return describePreview({ service: service.name, release: promoted.release, verb: 'promote' }, way.to, {
          ...promoted.preview,
          terminal,
        });
      case 'tried':
        tell(deployOutcome(promoted.release, way.to, promoted.result));
        return [
          describeDeploy({ service: service.name, release: promoted.release }, way.to, promoted.result, terminal),
        ];
    }
  },
});
