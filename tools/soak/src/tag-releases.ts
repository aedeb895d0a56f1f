import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';
import type { ScratchWorkspace } from '../../scratch-workspace/src/scratch-workspace.ts';
import { relabelImage } from '../../scratch-workspace/src/state/registry-state.ts';
import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import { imageLabels } from '../../plugin/src/model/release/image-labels.ts';
import { parseDigest } from '../../plugin/src/model/image/image-ref.ts';
import { parseReleaseMessage, releaseMessage } from '../../plugin/src/model/release/release-message.ts';
import { ReleaseTag } from '../../plugin/src/model/release/release-tag.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';

/** Returns a release of a workspace, by its tag. @param number of its build. */
export async function releaseOf(workspace: ScratchWorkspace, service: string, number: string): Promise<Release> {
  const tag = ReleaseTag.parse(`${service}-${number}`);
  if (!tag) throw new Error(`${service}-${number} is no tag of a release.`);
  const ref = `refs/tags/${tag}`;
  const message = await workspace.git(['for-each-ref', '--format=%(contents)', ref], workspace.origin);
  const commit = await workspace.git(['rev-parse', `${ref}^{commit}`], workspace.origin);
  return parseReleaseMessage(tag, commit, message)!;
}

/**
 * Makes further builds of the same content, in turns: each is the image with labels of its own, as a build makes it, and a tag.
 * @param last of the service. @returns them.
 */
export async function tagReleases(
  workspace: ScratchWorkspace,
  count: number,
  images: readonly Release[],
  last: Release,
): Promise<Release[]> {
  const { day, revision } = last.buildNumber;
  const releases: Release[] = [];
  for (let index = 0; index < count; index++) {
    const image = images[index % images.length]!;
    const build = { ...image, buildNumber: BuildNumber.parse(`${day}-${revision + index + 1}`)! };
    const labels = imageLabels({ build, source: undefined, created: new Date().toISOString() });
    const repository = `${workspace.id}/${image.service}`;
    const digest = await relabelImage(repository, image.imageDigest, `${build.buildNumber}`, labels);
    releases.push({ ...build, imageDigest: parseDigest(digest)! });
  }
  const commands = releases.map((release) => {
    const message = Buffer.from(releaseMessage(release));
    const tagger = `tagger End-to-end test <e2e@localhost> ${Math.floor(Date.now() / 1000)} +0000`;
    const name = new ReleaseTag(release.service, release.buildNumber);
    return `tag ${name}\nfrom ${release.commit}\n${tagger}\ndata ${message.length}\n${message}\n`;
  });
  await runSuccessfully('git', ['fast-import', '--quiet'], { cwd: workspace.folder, input: commands.join('') });
  await workspace.git(['push', '--quiet', 'origin', '--tags']);
  return releases;
}
