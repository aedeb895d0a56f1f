import { setTimeout as pause } from 'node:timers/promises';
import { runCommand, runSuccessfully, startCommand, type RunningCommand } from '../run-command.ts';

/** The bridge of the local platform's pods. */
const podsBridge = 'cni0';
/** Before the rules of the platform, and after the machine's own addresses. */
const priority = '90';

const serve = `require('node:net').createServer((socket) => socket.end()).listen(8080, '0.0.0.0', () => console.log('up'))`;

/**
 * A host outside of the cluster, with addresses of any network, that takes connections on port 8080: a network namespace of
 * this machine. Pods are led to it, and nobody else, so that the machine goes on to reach those who have such an address.
 */
export class OutsideHost {
  private readonly name: string;
  private readonly table: string;
  private server: RunningCommand | undefined;

  private constructor(name: string, table: string) {
    this.name = name;
    this.table = table;
  }

  /**
   * @param name of the namespace and of its interface: 15 characters at most.
   * @param own a number from 0 to 249 that no concurrent test has.
   * @param addresses that it has.
   */
  static async create(name: string, own: number, addresses: readonly string[]): Promise<OutsideHost> {
    const host = new OutsideHost(name, String(20_000 + own));
    const network = `10.94.${own}`;
    const ip = (...args: string[]) => runSuccessfully('ip', args);
    const inside = (...args: string[]) => ip('-n', name, ...args);
    await ip('netns', 'add', name);
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('address', 'add', `${network}.1/30`, 'dev', name);
    await ip('link', 'set', name, 'up');
    // Its addresses are somewhere else for the machine itself.
    await runSuccessfully('sysctl', ['--quiet', '--write', `net/ipv4/conf/${name}/rp_filter=2`]);
    await inside('address', 'add', `${network}.2/30`, 'dev', 'eth0');
    await inside('link', 'set', 'eth0', 'up');
    await inside('link', 'set', 'lo', 'up');
    await inside('route', 'add', 'default', 'via', `${network}.1`);
    for (const address of addresses) {
      await inside('address', 'add', `${address}/32`, 'dev', 'lo');
      await ip('route', 'add', `${address}/32`, 'via', `${network}.2`, 'table', host.table);
    }
    await ip('rule', 'add', 'iif', podsBridge, 'lookup', host.table, 'priority', priority);
    await host.listen();
    return host;
  }

  /** Takes it away, with all that leads to it. */
  async remove(): Promise<void> {
    await runCommand('ip', ['rule', 'delete', 'iif', podsBridge, 'lookup', this.table]);
    this.server?.end('SIGKILL');
    await this.server?.ended;
    await runCommand('ip', ['netns', 'delete', this.name]);
  }

  private async listen(): Promise<void> {
    this.server = startCommand('ip', ['netns', 'exec', this.name, process.execPath, '-e', serve]);
    const ended = this.server.ended.then(({ output }) => {
      throw new Error(`Nobody listens in ${this.name}: ${output}`);
    });
    ended.catch(() => undefined);
    while (!this.server.soFar().includes('up')) await Promise.race([ended, pause(50)]);
  }
}
