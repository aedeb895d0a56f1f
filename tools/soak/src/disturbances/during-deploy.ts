import type { Lane } from '../lane.ts';

/** Something that happens during a deploy, and ends. */
export interface Happening {
  /** The answer of the API server to the deployer after which it begins; from 1. */
  readonly answer: number;
  readonly happen: () => Promise<unknown>;
}

/** Deploys a build, which must run in the end, whatever happens meanwhile. @returns whether it came to that. */
export async function duringDeploy(lane: Lane, { answer, happen }: Happening): Promise<boolean> {
  const { site } = lane;
  const build = await lane.prepare('k8s-deploy');
  let happening: Promise<unknown> | undefined;
  site.proxy.watchAnswers(({ number }) => {
    if (number === answer) happening = happen();
    return true;
  });
  const result = await site.run('k8s-deploy', build);
  await happening;
  site.proxy.watchAnswers();
  await lane.expectEndured(build, result);
  return happening !== undefined;
}
