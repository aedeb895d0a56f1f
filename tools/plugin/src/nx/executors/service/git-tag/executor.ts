import { ReleaseTag } from '../../../../model/release/release-tag.ts';
import { releaseRegistry } from '../../../../use-cases/release/release-registries.ts';
import { findPushedBuild, tagRelease } from '../../../../use-cases/release/tag-release.ts';
import { requireSigningKey } from '../../../../use-cases/verify/require-signatures.ts';
import { dryRun } from '../../options/common-options.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'git-tag',
  verb: 'tag',
  options: {
    tag: buildNumberOption('Build: 20261124-1 or orders-20261124-1 (default: the newest that has an image)'),
    dryRun,
  },
  examples: [{ command: 'nx run orders:git-tag --tag=20261124-1', description: 'Tag the commit of this build' }],
  async run({ tag, dryRun: isDryRun }, { service, environments, ports, reporter, branch: mainBranch, signal }) {
    const registry = releaseRegistry(environments);
    const release = await findPushedBuild(service.name, registry, tag, ports);
    const name = new ReleaseTag(service.name, release.buildNumber);
    if (isDryRun) return [`${service.name}: dry run: would tag ${release.commit} as ${name} (${release.imageDigest})`];
    const sign = await requireSigningKey(
      environments,
      { mainBranch, doing: `tag ${service.name} ${release.buildNumber}` },
      ports,
    );
    await tagRelease(release, ports, reporter, { sign, signal });
    return [`${name} is on ${release.commit}`];
  },
});
