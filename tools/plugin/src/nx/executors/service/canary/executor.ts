import { describeCanary } from '../../../../model/canary/canary-progress.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/rollout/roll-out.ts';
import { planSettling, settleCanary } from '../../../../use-cases/deploy/settle-canary.ts';
import { dryRun, timeout } from '../../options/common-options.ts';
import { booleanOption } from '../../options/declare-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { recordOutcome } from '../../output/ci/deploy-outcome.ts';
import { describeDeployment } from '../../output/describe-deploy.ts';
import { actorOf } from '../../running/actor.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'canary',
  verb: 'settle the canary of',
  options: {
    env: oneEnvironmentOption(),
    promote: booleanOption('Roll its release out now'),
    abort: booleanOption('Remove it; what served before serves all requests'),
    timeout,
    dryRun,
  },
  examples: [
    { command: 'nx run orders:canary --promote --env=prod', description: 'Roll the release of a canary out' },
    { command: 'nx run orders:canary --abort --env=prod', description: 'Remove a canary' },
  ],
  async run(
    { env: environment, promote, abort, timeout: seconds, dryRun: isDryRun },
    { service, ports, reporter, terminal, tell, signal },
  ) {
    if (promote === abort) throw whichEnd(service.name, promote);
    const goal = promote ? 'promote' : 'abort';
    const request = { service, environment, goal, actor: actorOf(process.env) } as const;
    if (isDryRun) {
      const { asked, changes } = await planSettling(request, ports, reporter);
      const would = `would ${goal} ${describeCanary(asked)} in ${environment.name}`;
      return [`${service.name}: dry run: ${would}: ${describeChangeSet(changes)}`];
    }
    const record = await settleCanary(request, { timeoutMs: seconds * 1000, signal }, ports, reporter);
    const what = `${service.name} ${record.release.buildNumber}`;
    if (!promote) return [terminal.mark('good', `${what}: its canary is gone from ${environment.name}`)];
    tell(recordOutcome(record, environment, 'deployed'));
    return [terminal.mark('good', `${what}: runs in ${environment.name} ${describeDeployment(record, environment)}`)];
  },
});

function whichEnd(service: string, isBoth: boolean): Refusal {
  return new Refusal({
    type: 'bad-option',
    doing: `settle the canary of ${service}`,
    reason: isBoth ? '--promote and --abort exclude one another.' : 'Neither --promote nor --abort is given.',
    remedy: 'Give one of them.',
  });
}
