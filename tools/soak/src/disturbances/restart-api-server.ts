import { setTimeout as pause } from 'node:timers/promises';
import { restartApiServer as restart } from '../../../local-platform/src/platform.ts';
import type { Lane } from '../lane.ts';
import type { Say } from '../progress.ts';

/** Milliseconds until it is started again, which takes some seconds: it is away for about 10 s. */
const startedAfterMs = 6_500;
/** Milliseconds over which deploys begin, so that each is somewhere else when it happens. */
const spreadMs = 5_000;

/** Restarts the API server while deploys run in all lanes. */
export async function restartApiServer(lanes: readonly Lane[], say: Say): Promise<void> {
  const begun = lanes.map((lane) => lane.site.proxy);
  let restarted: Promise<number> | undefined;
  await Promise.all(
    lanes.map((lane, index) =>
      lane.round('restart', `API server restarted, lane ${index + 1} of ${lanes.length}`, async () => {
        const build = await lane.prepare('k8s-deploy');
        await pause((index * spreadMs) / lanes.length);
        const running = lane.site.run('k8s-deploy', build);
        // All of them have been answered once: who never was ends at once.
        while (begun.some(({ count }) => count < 2)) await pause(50);
        restarted ??= restart(startedAfterMs);
        const [result, awayMs] = await Promise.all([running, restarted]);
        if (index === 0) say(`the API server was away for ${(awayMs / 1000).toFixed(1)} s`);
        await lane.expectEndured(build, result);
        return true;
      }),
    ),
  );
}
