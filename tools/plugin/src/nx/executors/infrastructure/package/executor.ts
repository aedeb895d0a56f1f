import { shortCommit } from '../../../../model/commits/commit.ts';
import { packageTag, type ProvisioningPackage } from '../../../../model/provision/provisioning-package.ts';
import { provisioningName } from '../../../../model/release/service-name.ts';
import {
  packageProvisioning,
  previewPackaging,
  type PackageResult,
} from '../../../../use-cases/provision/package-provisioning.ts';
import { parseEnvironments } from '../../../../adapters/workspace/environments.ts';
import { findPackage } from '../../../../use-cases/provision/provisioning-source.ts';
import { verifyPackage } from '../../../../use-cases/provision/verify-package.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { outputVariable } from '../../output/ci/output-variable.ts';
import { silentReporter } from '../../output/silent-reporter.ts';
import { dryRun, json, output } from '../../options/common-options.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-package',
  doing: "package the clusters' configuration",
  options: {
    tag: buildNumberOption(
      'Find this version, 20261124-1 or provisioning-20261124-1, and put out its tag and commit; nothing is packaged',
      provisioningName,
    ),
    dryRun,
    json,
    output,
  },
  examples: [
    { command: 'nx run infrastructure:package --dry-run', description: 'Whether there is anything to package' },
  ],
  async run({ tag: wanted, dryRun: isDryRun, json: isJson, output: file }, { ports, reporter, branch }) {
    const say = isJson && file === undefined ? silentReporter : reporter(provisioningName);
    if (wanted) {
      const found = await findPackage(wanted, ports);
      await verifyPackage(found, `find ${packageTag(wanted)}`, ports);
      if (!isDryRun) putOut(found);
      return [isJson ? JSON.stringify({ tag: packageTag(found.version), ...found, state: 'known' }) : nameOf(found)];
    }
    const result = isDryRun
      ? await previewPackaging(parseEnvironments, branch, ports, say)
      : await packageProvisioning(parseEnvironments, branch, ports, say);
    if (result.state === 'planned') {
      const { commit, contentHash } = result.source;
      if (isJson) return [JSON.stringify({ commit, contentHash, state: result.state })];
      return [`Dry run: would tag ${commit.slice(0, 12)} as the next version of the clusters' configuration.`];
    }
    const { version, commit, contentHash } = result.package;
    const tag = packageTag(version);
    if (!isDryRun) putOut(result.package);
    if (isJson) return [JSON.stringify({ tag, version, commit, contentHash, state: result.state })];
    return [isDryRun ? `Dry run: ${describe(result)}` : describe(result)];
  },
});

/** Hands the version on to later jobs of a CI's run, which are about that and no other. */
function putOut({ version, commit }: ProvisioningPackage): void {
  outputVariable(process.env, 'tag', packageTag(version).toString());
  outputVariable(process.env, 'commit', commit);
}

function nameOf({ version, commit }: ProvisioningPackage): string {
  return `${packageTag(version)} is on ${shortCommit(commit)}`;
}

function describe({ state, package: { version, commit } }: PackageResult): string {
  const tag = packageTag(version);
  if (state === 'made') return `${tag}`;
  if (state === 'known') return `${tag}: nothing to package, it has this content`;
  return `${tag}: superseded, it is of the newer commit ${shortCommit(commit)}`;
}
