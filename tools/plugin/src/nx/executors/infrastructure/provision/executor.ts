import type { ConfigurationChange, ConfigurationHolder } from '../../../../ports/cluster-configuration.ts';
import { packageTag } from '../../../../model/provision/provisioning-package.ts';
import { provisioningName } from '../../../../model/release/service-name.ts';
import { provision, type ProvisionResult } from '../../../../use-cases/provision/provision.ts';
import { parseEnvironments } from '../../../../adapters/workspace/environments.ts';
import { approvalLine } from '../../output/describe-plan.ts';
import { approvedWith } from '../../options/approved-with.ts';
import { actorOf } from '../../running/actor.ts';
import { describeChangeSet } from '../../output/describe-change-set.ts';
import { silentReporter } from '../../output/silent-reporter.ts';
import { approve, dryRun, json, output } from '../../options/common-options.ts';
import { booleanOption, buildNumberOption, stringOption } from '../../options/declare-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-provision',
  doing: 'provision an environment',
  options: {
    env: oneEnvironmentOption(),
    tag: buildNumberOption(
      "Version, also an older one: 20261124-1 or provisioning-20261124-1 (default: the checkout's)",
      provisioningName,
    ),
    commit: stringOption(
      'Commit that was approved of, all 40 digits; a version of another one is refused (default: any)',
      'COMMIT',
    ),
    approve,
    force: booleanOption('Provision in a freeze, with --reason'),
    reason: stringOption('Reason, kept in the record; needed to provision in a freeze', 'TEXT'),
    dryRun,
    json,
    output,
  },
  examples: [
    {
      command: 'nx run infrastructure:provision --env=preprod --dry-run',
      description: 'What would change, field by field',
    },
    { command: 'nx run infrastructure:provision --env=prod --approve', description: 'Set up a protected environment' },
  ],
  async run(
    { env: environment, tag, commit, approve: isApproved, dryRun: isDryRun, json: isJson, output: file, ...overriding },
    { ports, reporter, branch: mainBranch, signal, tellPlan },
  ) {
    const request = {
      ...overriding,
      environment,
      version: tag,
      commit,
      actor: actorOf(process.env),
      ...approvedWith(isApproved, process.env),
      dryRun: isDryRun,
      readEnvironments: parseEnvironments,
      mainBranch,
      signal,
    };
    const say = isJson && file === undefined ? silentReporter : reporter(environment.name);
    const result = await provision(request, ports, say, (changes) => {
      for (const line of describeChangeSet(changes.filter(({ action }) => action !== 'unchanged'))) say.step(line);
      for (const change of changes) {
        if (change.heldBy) say.warn(describeHeld(change, change.heldBy));
        if (change.untried !== undefined) say.warn(describeUntried(change, change.untried));
      }
      const compared = changes.filter(({ isCompared }) => isCompared);
      if (compared.length > 0) say.step(describeCompared(compared));
    });
    const plan = 'plan' in result ? result.plan : undefined;
    if (plan) tellPlan(plan);
    if (isJson)
      return [JSON.stringify({ environment: environment.name, ...result, ...(plan ? { plan: plan.id } : {}) })];
    return [`${environment.name}: ${describe(result)}`, ...(plan ? [approvalLine(plan)] : [])];
  },
});

/** Says that an object stays as another environment has it. */
function describeHeld({ kind, name }: ConfigurationChange, { namespace, version }: ConfigurationHolder): string {
  return `${kind} ${name} stays as ${packageTag(version)} has it, which the namespace ${namespace} was provisioned with`;
}

/** Says that an object is tried only once its namespace is there. */
function describeUntried({ kind, name, namespace }: ConfigurationChange, why: string): string {
  return `${kind} ${name} could not be tried before the namespace ${namespace} is made: ${why}`;
}

/** Says that objects were not tried, by an account that shows what would change. */
function describeCompared(changes: readonly ConfigurationChange[]): string {
  const kinds = [...new Set(changes.map(({ kind }) => kind))].sort().join(', ');
  return `this account may not try ${changes.length} objects (${kinds}); their manifests were compared with what is there`;
}

function describe(result: ProvisionResult): string {
  if (result.state === 'superseded')
    return `superseded by ${packageTag(result.by)}; --tag=… rolls back to an older version`;
  const { state, version, before, changes } = result;
  const what = version ? packageTag(version).toString() : 'this commit (not packaged yet)';
  const count = changes.filter(({ action }) => action !== 'unchanged').length;
  const objects = `${count === 0 ? 'no object differs' : `${count} of ${changes.length} objects differ`}`;
  if (state === 'unchanged') return `nothing to do, it has ${what}`;
  if (state === 'planned')
    return `dry run, nothing was changed: has ${before ? packageTag(before) : 'no version'}, would get ${what}; ${objects}`;
  if (version && before?.isNewerThan(version)) return `rolled back from ${packageTag(before)} to ${what}`;
  return `has ${what}`;
}
