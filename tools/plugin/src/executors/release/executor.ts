import type { BuildNumber } from '../../model/build-number.ts';
import { release, type ReleaseResult } from '../../release/release.ts';
import { automaticEnvironments } from '../../release/release-registries.ts';
import { environmentNamed } from '../../workspace/environments.ts';
import { actorOf } from '../ci-actor.ts';
import { describeDeploy } from '../describe-deploy.ts';
import { flag, optionalBuildNumber, optionalText, seconds } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly buildNumber: BuildNumber | undefined;
  readonly allowDirty: boolean;
  readonly allowDowntime: boolean;
  readonly adopt: boolean;
  readonly force: boolean;
  readonly timeout: number;
  readonly dryRun: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'release',
  options: () => ({
    env: optionalText,
    buildNumber: optionalBuildNumber,
    allowDirty: flag,
    allowDowntime: flag,
    adopt: flag,
    force: flag,
    timeout: seconds(300, 1, 86_400),
    dryRun: flag,
  }),
  async run({ env, timeout, ...options }, { service, environments, ports, reporter }) {
    const targets = env === undefined ? automaticEnvironments(environments) : [environmentNamed(environments, env)];
    const actor = actorOf(process.env);
    const request = { ...options, service, environments, targets, actor, timeout: timeout * 1000 };
    const result = await release(request, ports, reporter);
    return options.dryRun ? ['Dry run: nothing was changed.'] : describe(service.name, result);
  },
};

function describe(service: string, { release, built, deploys }: ReleaseResult): string[] {
  const isNothingDone = !built && deploys.every(({ result }) => result.state === 'unchanged');
  if (isNothingDone) {
    const where = deploys.map(({ environment }) => environment).join(', ');
    return [`${service} ${release?.buildNumber}: nothing to do${where ? ` (it runs in ${where})` : ''}`];
  }
  return [
    ...(built ? [`${service} ${release?.buildNumber}: released ${release?.imageDigest}`] : []),
    ...deploys.map(({ environment, result }) => describeDeploy(service, release, environment, result)),
  ];
}

export default singleOf(executor);
export const batch = batchOf(executor);
