import { ciRunOf } from '../../../../model/ci/ci-run.ts';
import { commitAtStart } from '../../running/commit-at-start.ts';
import { ReleaseTag } from '../../../../model/release/release-tag.ts';
import { dockerRelease } from '../../../../use-cases/release/docker-release.ts';
import { requireCommitted } from '../../../../use-cases/revision/source-revision.ts';
import { allowDirty, container, dryRun } from '../../options/common-options.ts';
import { buildOption, requireDeclaredBuild } from '../../options/build-option.ts';
import { anyBuildNumberOption } from '../../options/declare-options.ts';
import { requireEngine } from '../../running/connections/create-ports.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'docker-release',
  verb: 'build and push the image of',
  options: {
    allowDirty,
    build: buildOption,
    container,
    buildNumber: anyBuildNumberOption("Use this build number, such as 20261124-1 (default: the CI's, or the next one)"),
    dryRun,
  },
  examples: [{ command: 'nx run orders:docker-release', description: 'Build and push, without a tag or a deployment' }],
  async check({ allowDirty: isAllowed, dryRun }, { repository, subject }) {
    requireCommitted(subject, await repository.dirtyPaths(), isAllowed, []);
    if (!dryRun) await requireEngine(process.env);
  },
  async run({ build, ...options }, { service, environments, ports, reporter, target, signal }) {
    requireDeclaredBuild(build, target('docker-release')?.options?.build, service);
    const request = {
      ...{ ...options, service, environments, signal, ciNumber: ciRunOf(process.env)?.buildNumber },
      commitAtStart: commitAtStart(process.env),
    };
    const release = await dockerRelease(request, ports, reporter);
    if (!release) return [`${service.name}: dry run: nothing was changed`];
    return [`${new ReleaseTag(release.service, release.buildNumber)} is pushed: ${release.imageDigest}`];
  },
});
