import type { ChildProcess } from 'node:child_process';
import type { Lane } from '../lane.ts';
import type { DeployerResult } from '../run-deployer.ts';
import type { Moment } from '../moments.ts';

/**
 * Suspends a deployer after an answer until another has taken its lock over and deployed a newer build, and wakes it then:
 * it must write nothing any more.
 */
export function suspendDeployer(lane: Lane, { command, answer }: Moment): Promise<void> {
  const { site } = lane;
  const told = `${command} suspended after answer ${answer}`;
  return lane.round('suspend', told, async () => {
    const target = await lane.prepare(command);
    let deployer: ChildProcess | undefined;
    let running: Promise<DeployerResult> | undefined;
    const after = await new Promise<string | undefined>((resolve) => {
      site.proxy.watchAnswers(({ number, what }) => {
        if (number !== answer) return true;
        deployer?.kill('SIGSTOP');
        resolve(what);
        return true;
      });
      running = site.run(command, target, { person: 'suspended', onStart: (child) => (deployer = child) });
      void running.finally(() => resolve(undefined));
    });
    site.proxy.watchAnswers();
    if (after === undefined) {
      lane.expectEnd(await running!);
      return false;
    }
    lane.tell(`${told} (${after})`);
    const newer = lane.further();
    try {
      await site.runWell('k8s-deploy', newer, { person: 'successor' });
      const versions = await site.versions({ locks: false });
      deployer?.kill('SIGCONT');
      const { code, output } = await running!;
      // Before it had the lock it is superseded; after it was done it says so.
      if (code !== 0 && !(code === 1 && output.includes('took it over')))
        lane.complain(`it ended with ${code ?? 'nothing'}:\n${output}`);
      const written = (await site.versions({ locks: false })).filter((version) => !versions.includes(version));
      for (const version of written) lane.complain(`it wrote ${version}`);
      for (const problem of await site.problemsAfter(newer)) lane.complain(problem);
    } finally {
      deployer?.kill('SIGCONT');
    }
    return true;
  });
}
