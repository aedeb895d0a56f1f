import type { BuildNumber } from '../../../../model/release/build-number.ts';
import { ReleaseTag } from '../../../../model/release/release-tag.ts';
import { releaseRegistries } from '../../../../use-cases/release/release-registries.ts';
import { findPushedBuild, tagRelease } from '../../../../use-cases/release/tag-release.ts';
import { buildNumberOption, booleanOption } from '../../options/options.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options {
  readonly tag: BuildNumber | undefined;
  readonly dryRun: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'tag',
  options: (service) => ({ tag: buildNumberOption(service), dryRun: booleanOption }),
  async run({ tag, dryRun }, { service, environments, ports, reporter }) {
    const registry = releaseRegistries(environments)[0]!;
    const release = await findPushedBuild(service.name, registry, tag, ports);
    const name = new ReleaseTag(service.name, release.buildNumber);
    if (dryRun) return [`${service.name}: dry run: would tag ${release.commit} as ${name} (${release.imageDigest})`];
    await tagRelease(release, ports, reporter);
    return [`${name} is on ${release.commit}`];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
