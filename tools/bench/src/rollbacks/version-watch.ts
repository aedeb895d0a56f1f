import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { platform } from '../../../scratch-workspace/src/platform.ts';

/** The header in which the service of the bench says which version it is. */
export const versionHeader = 'x-bench';

/** Milliseconds: between two requests, and without an answer of the new version until it is taken for gone. */
const [everyMs, quietMs] = [20, 2000];

/** Asks a service through the gateway for its version, again and again. */
export class VersionWatch {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly start = performance.now();
  private readonly timer: NodeJS.Timeout;
  private lastAt = 0;

  private constructor(ask: (agent: Agent) => Promise<string | undefined>, unwanted: string) {
    this.timer = setInterval(async () => {
      if ((await ask(this.agent)) === unwanted) this.lastAt = performance.now();
    }, everyMs);
  }

  /** Begins. @param unwanted the version that is to go. */
  static async begin(hostname: string, path: string, unwanted: string): Promise<VersionWatch> {
    const { gateway } = await platform();
    const ask = (agent: Agent) =>
      new Promise<string | undefined>((resolve) => {
        const call = request(`${gateway}${path}`, { headers: { host: hostname }, agent, timeout: 5000 }, (answer) => {
          answer.resume();
          answer.on('end', () => resolve(answer.headers[versionHeader] as string | undefined));
          answer.on('error', () => resolve(undefined));
        });
        call.on('timeout', () => call.destroy());
        call.on('error', () => resolve(undefined));
        call.end();
      });
    return new VersionWatch(ask, unwanted);
  }

  /** Waits until the unwanted version has not answered for a while. @returns seconds from the beginning to its last answer. */
  async gone(): Promise<number> {
    const ended = performance.now();
    while (performance.now() - Math.max(this.lastAt, ended) < quietMs) await pause(everyMs);
    clearInterval(this.timer);
    this.agent.destroy();
    return Math.max(0, this.lastAt - this.start) / 1000;
  }
}
