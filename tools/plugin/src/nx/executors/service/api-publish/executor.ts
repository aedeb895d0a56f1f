import { publishApi } from '../../../../use-cases/api-publish/api-publish.ts';
import { approvalLine } from '../../output/describe-plan.ts';
import { approvedWith } from '../../options/approved-with.ts';
import { allowBreaking, approve, dryRun } from '../../options/common-options.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { actorOf } from '../../running/actor.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'api-publish',
  verb: 'publish the API of',
  options: {
    env: oneEnvironmentOption(),
    tag: buildNumberOption('Release: 20261124-1 or orders-20261124-1 (default: the one that runs)'),
    allowBreaking,
    approve,
    dryRun,
  },
  examples: [
    { command: 'nx run orders:api-publish --env=preprod --dry-run', description: 'Show what would be published' },
    { command: 'nx run orders:api-publish --env=prod --approve', description: 'Publish the API of what runs in prod' },
  ],
  async run(
    { env: environment, tag: build, approve: isApproved, ...options },
    { service, ports, reporter, terminal, branch: mainBranch, signal, tellPlan },
  ) {
    const request = {
      ...{ ...options, service, environment, build, mainBranch, actor: actorOf(process.env), signal },
      ...approvedWith(isApproved, process.env),
    };
    const { state, release, plan } = await publishApi(request, ports, reporter);
    const what = `${service.name} ${release.buildNumber}`;
    if (plan) tellPlan(plan);
    if (state === 'planned') return [`${what}: dry run: nothing was changed`, ...(plan ? [approvalLine(plan)] : [])];
    if (state === 'unchanged')
      return [terminal.mark('good', `${what}: its API is published in ${environment.name}; nothing to do`)];
    return [terminal.mark('good', `${what}: its API is published in ${environment.name}`)];
  },
});
