import type { ChildProcess } from 'node:child_process';
import type { Lane } from '../lane.ts';
import type { Moment } from '../moments.ts';

/** Kills a deployer after an answer, which it never gets to see, and runs the same command again. */
export function killDeployer(lane: Lane, { command, answer }: Moment): Promise<void> {
  const told = `${command} killed after answer ${answer}`;
  return lane.round('kill', told, async () => {
    const target = await lane.prepare(command);
    const { proxy } = lane.site;
    let deployer: ChildProcess | undefined;
    let after = '';
    proxy.watchAnswers(({ number, what }) => {
      if (number === answer) {
        after = what;
        deployer?.kill('SIGKILL');
      }
      return number < answer;
    });
    const first = await lane.site.run(command, target, { onStart: (child) => (deployer = child) });
    proxy.watchAnswers();
    const isKilled = first.code === undefined && after !== '';
    // One that needed fewer answers this time ended by itself.
    if (!isKilled) lane.expectEnd(first);
    lane.tell(`${told} (${after})`);
    for (const problem of await lane.site.foreignProblems()) lane.complain(problem);
    await lane.runAgain(command, target);
    return isKilled;
  });
}
