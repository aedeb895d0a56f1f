import { ciRunOf } from '../../../../model/ci/ci-run.ts';
import { ReleaseTag } from '../../../../model/release/release-tag.ts';
import { dockerRelease, type DockerReleaseOptions } from '../../../../use-cases/release/docker-release.ts';
import { booleanOption, anyBuildNumberOption } from '../../options/options.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

export const executor: ServiceExecutor<Omit<DockerReleaseOptions, 'ciNumber'>> = {
  verb: 'build and push the image of',
  options: () => ({ allowDirty: booleanOption, buildNumber: anyBuildNumberOption, dryRun: booleanOption }),
  async run(options, { service, environments, ports, reporter }) {
    const request = { ...options, ciNumber: ciRunOf(process.env)?.buildNumber };
    const release = await dockerRelease(service, environments, request, ports, reporter);
    if (!release) return [`${service.name}: dry run: nothing was changed`];
    return [`${new ReleaseTag(release.service, release.buildNumber)} is pushed: ${release.imageDigest}`];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);
