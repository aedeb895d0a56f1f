import type { BuildNumber } from '../../model/build-number.ts';
import { ReleaseTag } from '../../model/release-tag.ts';
import { releaseRegistries } from '../../release/release-registries.ts';
import { findPushedBuild, tagRelease } from '../../release/tag-release.ts';
import { buildOf, flag } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

interface Options {
  readonly tag: BuildNumber | undefined;
  readonly dryRun: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'tag',
  options: (service) => ({ tag: buildOf(service), dryRun: flag }),
  async run({ tag, dryRun }, { service, environments, ports, reporter }) {
    const registry = releaseRegistries(environments)[0]!;
    const release = await findPushedBuild(service.name, registry, tag, ports);
    const name = new ReleaseTag(service.name, release.buildNumber);
    if (dryRun) return [`Dry run: would tag ${release.commit} as ${name} (${release.imageDigest}).`];
    await tagRelease(release, ports, reporter);
    return [`${name} is on ${release.commit}`];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
