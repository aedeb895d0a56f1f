import { shortCommit } from '../../../../model/commits/commit.ts';
import { packageTag } from '../../../../model/provision/provisioning-package.ts';
import { provisioningName } from '../../../../model/release/service-name.ts';
import { packageProvisioning, type PackageResult } from '../../../../use-cases/provision/package-provisioning.ts';
import { parseEnvironments } from '../../../../adapters/workspace/environments.ts';
import { outputVariable } from '../../output/ci/output-variable.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { booleanOption } from '../../options/options.ts';
import { silentReporter } from '../../output/silent-reporter.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';

interface Options {
  readonly json: boolean;
}

export const executor: InfrastructureExecutor<Options> = {
  doing: "package the clusters' configuration",
  options: { json: booleanOption },
  async run({ json }, { ports, reporter }) {
    const result = await packageProvisioning(
      parseEnvironments,
      ports,
      json ? silentReporter : reporter(provisioningName),
    );
    const { version, commit, contentHash } = result.package;
    const tag = packageTag(version);
    outputVariable(process.env, 'tag', tag.toString());
    if (json) return [JSON.stringify({ tag, version, commit, contentHash, state: result.state })];
    return [describe(result)];
  },
};

function describe({ state, package: { version, commit } }: PackageResult): string {
  const tag = packageTag(version);
  if (state === 'made') return `${tag}`;
  if (state === 'known') return `${tag}: nothing to package, it has this content`;
  return `${tag}: superseded, it is of the newer commit ${shortCommit(commit)}`;
}

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);
