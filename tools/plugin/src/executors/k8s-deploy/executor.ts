import type { BuildNumber } from '../../model/build-number.ts';
import { deploy, describeChanges } from '../../release/deploy.ts';
import { findRelease } from '../../release/find-release.ts';
import { planDeploy, refuseMissingImage } from '../../release/plan-deploy.ts';
import { automaticEnvironments } from '../../release/release-registries.ts';
import { environmentNamed } from '../../workspace/environments.ts';
import { actorOf } from '../ci-actor.ts';
import { describeDeploy } from '../describe-deploy.ts';
import { buildOf, flag, optionalText, seconds } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly tag: BuildNumber | undefined;
  readonly allowDowntime: boolean;
  readonly adopt: boolean;
  readonly force: boolean;
  readonly timeout: number;
  readonly dryRun: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'deploy',
  options: (service) => ({
    env: optionalText,
    tag: buildOf(service),
    allowDowntime: flag,
    adopt: flag,
    force: flag,
    timeout: seconds(300, 1, 86_400),
    dryRun: flag,
  }),
  async run({ env, tag, dryRun, timeout, ...options }, { service, environments, ports, reporter }) {
    const targets = env === undefined ? automaticEnvironments(environments) : [environmentNamed(environments, env)];
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
        const result = await deploy(target, { ...options, timeout: timeout * 1000 }, ports, reporter);
        lines.push(describeDeploy(service.name, release, environment.name, result));
      }
    }
    return lines.length > 0 ? lines : ['No environment is automatic; choose one with --env.'];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
