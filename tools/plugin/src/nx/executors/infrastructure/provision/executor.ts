import type { BuildNumber } from '../../../../model/release/build-number.ts';
import { packageTag } from '../../../../model/provision/provisioning-package.ts';
import { provisioningName } from '../../../../model/release/service-name.ts';
import { provision, type ProvisionResult } from '../../../../use-cases/provision/provision.ts';
import { parseEnvironments } from '../../../../adapters/workspace/environments.ts';
import { approvedBy } from '../../options/approved-by.ts';
import { actorOf } from '../../running/actor.ts';
import { oneEnvironment } from '../../options/deploy-options.ts';
import { describeChangeSet } from '../../output/describe-change-set.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { buildNumberOption, booleanOption, stringOption } from '../../options/options.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';
import { silentReporter } from '../../output/silent-reporter.ts';

interface Options {
  readonly env: string | undefined;
  readonly tag: BuildNumber | undefined;
  readonly approve: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const doing = 'provision an environment';

export const executor: InfrastructureExecutor<Options> = {
  doing,
  options: {
    env: stringOption,
    tag: buildNumberOption(provisioningName),
    approve: booleanOption,
    dryRun: booleanOption,
    json: booleanOption,
  },
  async run({ env, tag, approve, dryRun, json }, { environments, ports, reporter, signal }) {
    const environment = oneEnvironment(environments, env, doing);
    const request = {
      environment,
      version: tag,
      actor: actorOf(process.env),
      approvedBy: approvedBy(approve, process.env),
      dryRun,
      readEnvironments: parseEnvironments,
      signal,
    };
    const say = json ? silentReporter : reporter(environment.name);
    const result = await provision(request, ports, say, (changes) => {
      for (const line of describeChangeSet(changes.filter(({ action }) => action !== 'unchanged'))) say.step(line);
    });
    if (json) return [JSON.stringify({ environment: environment.name, ...result })];
    return [`${environment.name}: ${describe(result)}`];
  },
};

function describe(result: ProvisionResult): string {
  if (result.state === 'superseded')
    return `superseded by ${packageTag(result.by)}; --tag=… goes back to an older version`;
  const { state, version, before, changes } = result;
  const what = version ? packageTag(version).toString() : 'this commit (not packaged yet)';
  const count = changes.filter(({ action }) => action !== 'unchanged').length;
  const objects = `${count === 0 ? 'no object differs' : `${count} of ${changes.length} objects differ`}`;
  if (state === 'unchanged') return `nothing to do, it has ${what}`;
  if (state === 'planned')
    return `dry run, nothing was changed: has ${before ? packageTag(before) : 'no version'}, would get ${what}; ${objects}`;
  if (version && before?.isNewerThan(version)) return `went back from ${packageTag(before)} to ${what}`;
  return `has ${what}`;
}

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);
