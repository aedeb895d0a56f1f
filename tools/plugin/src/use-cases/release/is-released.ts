import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { describeFailedBuild, findFailedBuild, type FailedBuild } from '../revision/failed-build.ts';
import { hasContent } from './has-content.ts';
import type { ReleaseRun } from './release-run.ts';

/*
 * Whether there is anything to build (docs/decisions/0042-failed-builds.md):
 *
 * 1. The newest release is of other content, or its image is gone: yes.
 * 2. It failed by itself where it was tried, and ran nowhere: yes, once. Where the build before it, of the same content, ran
 *    nowhere either, it is deployed again.
 * 3. Whoever names that build, by its number or by a plan that is approved, wants that one.
 */

/** Reports whether the newest release is what is asked for, and says why where it is built again all the same. */
export async function isReleased(newest: Release, run: ReleaseRun): Promise<boolean> {
  const { request, image, reporter } = run;
  if (newest.contentHash !== image.revision.contentHash) return false;
  const [has, failure] = await Promise.all([hasContent(newest, run), failureOf(newest, run)]);
  if (!has || failure === undefined) return has;
  const { buildNumber } = newest;
  const doing = request.dryRun ? 'would build again' : 'building again';
  if (failure === 'told') {
    reporter.step(`${doing}: ${buildNumber} has this content, failed where it was deployed, and ran nowhere`);
    return false;
  }
  if (failure.before !== undefined) {
    reporter.warn(
      `${buildNumber} and ${failure.before} have this content, and ran nowhere; deploying ${buildNumber} again: fix the source, or build it again with --rebuild`,
    );
    return true;
  }
  if (request.only === 'deploy') {
    reporter.warn(
      `${buildNumber} ${describeFailedBuild(failure)}; deploying it again, for --only=deploy builds nothing: build it again with \`nx run ${newest.service}:release --rebuild\`, or by a run that releases what is outdated`,
    );
    return true;
  }
  reporter.step(`${doing}: ${buildNumber} has this content, ${describeFailedBuild(failure)}`);
  return false;
}

/** Finds that the newest release failed; `told` where somebody else has looked, for this job reaches no cluster. */
async function failureOf(
  newest: Release,
  { request, ports }: Pick<ReleaseRun, 'request' | 'ports'>,
): Promise<FailedBuild | 'told' | undefined> {
  const { service, buildNumber } = newest;
  const isNamed = request.buildNumber?.equals(buildNumber) || (request.approvedPlans?.plans ?? []).length > 0;
  if (isNamed) return undefined;
  if (request.only !== 'build') return findFailedBuild(newest, request, ports);
  return request.failedBuilds?.includes(`${new ReleaseTag(service, buildNumber)}`) ? 'told' : undefined;
}
