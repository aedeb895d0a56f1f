import { runCommand, runSuccessfully } from '../run-command.ts';

/** The result of a call: the answer's status and body, or the failure. */
export interface CallResult {
  readonly status: number | undefined;
  readonly body: string;
}

/** Milliseconds after which a caller gives up. */
const patience = 4000;

// Which certificate is shown is checked, too: the caller trusts the one that it is given and nothing else.
const script = `const [address, host, path, ca] = process.argv.slice(1);
const { get } = require(ca === undefined ? 'node:http' : 'node:https');
const call = get({ host: address, servername: host, path, ca, headers: { host }, agent: false }, (answer) => {
  let body = '';
  answer.setEncoding('utf8').on('data', (text) => (body += text));
  answer.on('end', () => console.log(JSON.stringify({ status: answer.statusCode, body })));
});
call.on('error', ({ code, message }) => console.log(JSON.stringify({ body: code ?? message })));
// The connection itself may be what gets no answer.
setTimeout(() => call.destroy(new Error('no answer')), ${patience}).unref();`;

/** The chain by which the local platform keeps out what comes from other interfaces than its own. */
const neighboursChain = ['iptables', '--wait', '--table', 'mangle'] as const;

/** Somebody with an address of his own, in a network namespace of this machine that is routed to it. */
export class NetworkClient {
  /** The address that services should see. */
  readonly address: string;
  private readonly name: string;

  private constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
  }

  /**
   * @param name of the namespace and of its interface: 15 characters at most.
   * @param network the first three numbers of its addresses: `10.98.7`.
   * @param isLetIn whether the local platform lets it in, as clouds do; otherwise it is like any neighbour in a network.
   */
  static async create(name: string, network: string, isLetIn = true): Promise<NetworkClient> {
    const client = new NetworkClient(name, `${network}.2`);
    const ip = (...args: string[]) => runSuccessfully('ip', args);
    await ip('netns', 'add', name);
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('address', 'add', `${network}.1/30`, 'dev', name);
    await ip('link', 'set', name, 'up');
    if (isLetIn) await client.letIn();
    await ip('-n', name, 'address', 'add', `${client.address}/30`, 'dev', 'eth0');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
    await ip('-n', name, 'route', 'add', 'default', 'via', `${network}.1`);
    return client;
  }

  /** Makes the local platform answer it from now on. */
  async letIn(): Promise<void> {
    await this.changeChain('--insert');
  }

  /** Runs a program in the namespace. @returns its standard output, empty when it failed. */
  async run(argv: readonly string[]): Promise<string> {
    return (await runCommand('ip', ['netns', 'exec', this.name, ...argv])).stdout;
  }

  /** Calls a service at an address. @param ca the certificate that is trusted; plain HTTP without one. */
  async call(address: string, host: string, path: string, ca?: string): Promise<CallResult> {
    const argv = [process.execPath, '-e', script, address, host, path, ...(ca === undefined ? [] : [ca])];
    const { stdout, output } = await runCommand('ip', ['netns', 'exec', this.name, ...argv]);
    if (stdout === '') throw new Error(output);
    const { status, body } = JSON.parse(stdout) as { status?: number; body: string };
    return { status, body };
  }

  /** Takes the namespace away, and the interface with it. */
  async remove(): Promise<void> {
    await this.changeChain('--delete');
    await runCommand('ip', ['netns', 'delete', this.name]);
  }

  /** Changes nothing where there is no such chain: a cluster of kind has none. */
  private async changeChain(how: '--insert' | '--delete'): Promise<void> {
    const [command, ...table] = neighboursChain;
    await runCommand(command, [...table, how, 'POC-OUTSIDE', '--in-interface', this.name, '--jump', 'RETURN']);
  }
}
