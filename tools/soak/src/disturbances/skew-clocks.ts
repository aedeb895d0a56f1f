import { join } from 'node:path';
import type { Lane } from '../lane.ts';

const minutes = 60_000;
/** Milliseconds until clocks jump: in the middle of a rollout. */
const jumpAfter = 3_000;

/** Lets two deployers run at once, one whose clock is ahead and one whose is behind, and which are set meanwhile. */
export function skewClocks(lane: Lane, ahead: 'older' | 'newer'): Promise<void> {
  const { site } = lane;
  return lane.round('clocks', `clock of the ${ahead} build 10 minutes ahead, of the other behind`, async () => {
    const [older, newer] = [lane.further(), lane.further()];
    const skew = ahead === 'older' ? 10 * minutes : -10 * minutes;
    const results = await Promise.all([
      site.run('k8s-deploy', older, { person: 'older', variables: clockOf(skew, -2 * skew) }),
      site.run('k8s-deploy', newer, { person: 'newer', variables: clockOf(-skew, 2 * skew) }),
    ]);
    lane.expectEnd(results[0]);
    await lane.expectEndured(newer, results[1]);
    return true;
  });
}

/** Variables for a process whose clock differs, and jumps. */
function clockOf(skewMs: number, jumpMs: number): Record<string, string> {
  const shim = join(import.meta.dirname, 'skewed-clock.cjs');
  return {
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --require="${shim}"`,
    SKEWED_CLOCK: JSON.stringify({ skewMs, jumpMs, jumpAfter }),
  };
}
