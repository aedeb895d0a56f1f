import type { Lane } from '../lane.ts';

/** Milliseconds without a network that a deployer waits for, which holds its lock for 45 s unless another takes it. */
const endured = 40_000;

/** Loses the network in the middle of a rollout: shorter than the deployer waits for it, or longer. */
export function loseNetwork(lane: Lane, milliseconds: number): Promise<void> {
  const { proxy } = lane.site;
  return lane.round('network', `network lost for ${milliseconds / 1000} s`, async () => {
    const target = await lane.prepare('k8s-deploy');
    let losing: Promise<void> | undefined;
    proxy.watchAnswers(({ what }) => {
      // It has applied, and looks at what becomes of it.
      if (what.endsWith('/replicasets')) losing ??= proxy.loseNetwork(milliseconds);
      return losing === undefined;
    });
    // What is not passed on was lost with the network; what comes afterwards is passed on again.
    const first = await lane.site.run('k8s-deploy', target, {
      onStart: () => void reopenWhenBack(lane, () => losing),
    });
    await losing;
    proxy.watchAnswers();
    const isShort = milliseconds < endured;
    if (losing === undefined) lane.complain('it was never lost');
    if (isShort) lane.expectEnd(first);
    else if (
      first.code !== 1 ||
      !/Could not .+: .+\n {2}hint: /.test(first.output) ||
      /\n\s+at .*:\d+/.test(first.output)
    )
      lane.complain(`no clear failure, exit code ${first.code}:\n${first.output}`);
    await lane.runAgain('k8s-deploy', target);
    return losing !== undefined;
  });
}

async function reopenWhenBack({ site }: Lane, losing: () => Promise<void> | undefined): Promise<void> {
  while (losing() === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  await losing();
  site.proxy.watchAnswers();
}
