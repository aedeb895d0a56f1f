import type { JobOutcome } from '../../../../model/ci/output/job-summary.ts';
import { ciRunOf } from '../../../../model/ci/ci-run.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import { release, type ReleaseResult } from '../../../../use-cases/release/release.ts';
import { commitAtStart } from '../../running/commit-at-start.ts';
import { approvedWith } from '../../options/approved-with.ts';
import { actorOf } from '../../running/actor.ts';
import { deployOutcome, overtakenOutcome, releaseOutcome } from '../../output/ci/deploy-outcome.ts';
import { prefetchClusters } from '../../running/connections/prefetch-clusters.ts';
import { prefetchFacades } from '../../running/connections/prefetch-facades.ts';
import { prefetchReleases } from '../../running/connections/prefetch-releases.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { requireApproval } from '../../../../use-cases/deploy/requirements/approval.ts';
import { requireNoFreeze } from '../../../../use-cases/deploy/requirements/require-no-freeze.ts';
import { requireCommitted } from '../../../../use-cases/revision/source-revision.ts';
import { allowDirty, deployOptions } from '../../options/common-options.ts';
import { anyBuildNumberOption, booleanOption, choiceReader } from '../../options/declare-options.ts';
import { badOption, type Option } from '../../options/option.ts';
import { requireDeclaredName, serviceNameOption } from '../../options/build-option.ts';
import { shortDigests } from '../../../../model/text/short-digests.ts';
import type { Terminal } from '../../output/terminal.ts';
import { serviceExecutor } from '../../running/service-executor.ts';
import { failedBuildsVariable } from '../../../../model/product/wire-names.ts';

const partOption: Option<'build' | 'deploy' | undefined> = {
  kind: 'text',
  type: 'string',
  value: 'PART',
  description:
    'Do one part: `build` builds, pushes and tags, and reaches no cluster; `deploy` deploys what is built, and builds nothing',
  ...choiceReader('build', 'deploy'),
};

export const executor = serviceExecutor({
  command: 'release',
  verb: 'release',
  options: {
    ...deployOptions,
    buildNumber: anyBuildNumberOption("Use this build number, such as 20261124-1 (default: the CI's, or the next one)"),
    allowDirty,
    rebuild: booleanOption('Build the same content again, under a new build number'),
    only: partOption,
    service: serviceNameOption,
  },
  examples: [
    { command: 'nx run orders:release', description: 'Release one service' },
    { command: 'nx run-many -t release', description: 'Release whatever is not released yet' },
    { command: 'nx run orders:release --env=dev,preprod', description: 'Deploy to these environments only' },
    {
      command: 'nx run orders:release --rebuild',
      description: 'Build what is released already again: its image is broken',
    },
    { command: 'nx run orders:release --dry-run', description: 'Show what would happen' },
  ],
  begin: prefetchReleases,
  async check(
    { env: targets, approve, allowDirty: isAllowed, rebuild, dryRun, only, force, reason },
    { repository, subject, clock, requireBuild },
  ) {
    if (rebuild && only === 'deploy')
      throw badOption(
        { name: 'rebuild', doing: `release ${subject}` },
        rebuild,
        '`--only=deploy` builds nothing. Leave one of them away.',
      );
    requireCommitted(subject, await repository.dirtyPaths(), isAllowed, targets);
    if (only !== 'deploy') await requireBuild();
    if (dryRun || only === 'build') return;
    for (const environment of targets) {
      const doing = `deploy ${subject} to ${environment.name}`;
      requireApproval(doing, environment, approvedWith(approve, process.env));
      requireNoFreeze({ doing, environment, force, reason }, { clock });
    }
  },
  async run(
    { env: targets, timeout, approve, service: name, ...options },
    { service, environments, ports, reporter, terminal, tell, branch, workspaceRoot, signal },
  ) {
    requireDeclaredName(name, service);
    if (options.only !== 'build') {
      prefetchClusters(targets, ports);
      prefetchFacades(targets, { service, ports, workspaceRoot });
    }
    const actor = actorOf(process.env);
    const limits = {
      timeoutMs: timeout * 1000,
      signal,
      mainBranch: branch,
      comparesCommits: true,
      ...approvedWith(approve, process.env),
    };
    const ciNumber = ciRunOf(process.env)?.buildNumber;
    const request = {
      ...{ ...options, ...limits, service, environments, targets, actor, ciNumber },
      commitAtStart: commitAtStart(process.env),
      failedBuilds: (process.env[failedBuildsVariable] ?? '').split(','),
    };
    const result = await release(request, ports, reporter);
    if (!options.dryRun) tell(...outcomesOf(service.name, result, targets));
    if (!options.dryRun) return describe(service.name, result, targets, terminal);
    const isOvertaken = result.deploys.length > 0;
    return [
      ...(isOvertaken ? describe(service.name, result, targets, terminal) : []),
      `${service.name}: dry run: nothing was changed`,
    ];
  },
});

function outcomesOf(
  service: string,
  { release, deploys }: ReleaseResult,
  targets: readonly Environment[],
): JobOutcome[] {
  if (!release) {
    return deploys.flatMap(({ result }, index) =>
      result.state === 'superseded' ? [overtakenOutcome(service, targets[index]!, result)] : [],
    );
  }
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
