import type { BuildNumber } from '../../../../model/release/build-number.ts';
import type { JobOutcome } from '../../../../model/ci/output/job-summary.ts';
import { ciRunOf } from '../../../../model/ci/ci-run.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import { release, type ReleaseResult } from '../../../../use-cases/release/release.ts';
import { approvedBy } from '../../options/approved-by.ts';
import { actorOf } from '../../running/actor.ts';
import { deployOutcome, releaseOutcome } from '../../output/ci/deploy-outcome.ts';
import { connectEarly } from '../../running/connect-early.ts';
import { listReleases } from '../../running/list-releases.ts';
import { deployOptions, targetEnvironments, type DeployOptions } from '../../options/deploy-options.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { booleanOption, anyBuildNumberOption } from '../../options/options.ts';
import { shortDigests } from '../../output/short-digests.ts';
import type { Terminal } from '../../output/terminal.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options extends DeployOptions {
  readonly buildNumber: BuildNumber | undefined;
  readonly allowDirty: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'release',
  options: () => ({ ...deployOptions, buildNumber: anyBuildNumberOption, allowDirty: booleanOption }),
  begin: listReleases,
  async run({ env, timeout, approve, ...options }, { service, environments, ports, reporter, terminal, tell, signal }) {
    const targets = targetEnvironments(environments, env);
    connectEarly(targets, ports);
    const actor = actorOf(process.env);
    const limits = { timeout: timeout * 1000, signal, approvedBy: approvedBy(approve, process.env) };
    const ciNumber = ciRunOf(process.env)?.buildNumber;
    const request = { ...options, ...limits, service, environments, targets, actor, ciNumber };
    const result = await release(request, ports, reporter);
    if (!options.dryRun) tell(...outcomesOf(result, targets));
    return options.dryRun
      ? [`${service.name}: dry run: nothing was changed`]
      : describe(service.name, result, targets, terminal);
  },
};

function outcomesOf({ release, deploys }: ReleaseResult, targets: readonly Environment[]): JobOutcome[] {
  if (!release) return [];
  if (deploys.length === 0) return [releaseOutcome(release, 'released', 'done')];
  return deploys.map(({ result }, index) => deployOutcome(release, targets[index]!, result));
}

function describe(
  service: string,
  { release, built, deploys }: ReleaseResult,
  targets: readonly Environment[],
  terminal: Terminal,
): string[] {
  const what = `${service} ${release?.buildNumber}`;
  const isNothingDone = !built && deploys.every(({ result }) => result.state === 'unchanged');
  if (isNothingDone) {
    const where = deploys.map(({ environment }) => environment).join(', ');
    return [terminal.mark('good', `${what}: nothing to do${where ? ` (already running in ${where})` : ''}`)];
  }
  return [
    ...(built ? [`${what}: released ${shortDigests(release?.imageDigest ?? '')}`] : []),
    ...deploys.map(({ result }, index) => describeDeploy({ service, release }, targets[index]!, result, terminal)),
  ];
}

export default singleOf(executor);
export const batch = batchOf(executor);
