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
   */
  static async create(name: string, network: string): Promise<NetworkClient> {
    const client = new NetworkClient(name, `${network}.2`);
    const ip = (...args: string[]) => runSuccessfully('ip', args);
    await ip('netns', 'add', name);
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('address', 'add', `${network}.1/30`, 'dev', name);
    await ip('link', 'set', name, 'up');
    await ip('-n', name, 'address', 'add', `${client.address}/30`, 'dev', 'eth0');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
    await ip('-n', name, 'route', 'add', 'default', 'via', `${network}.1`);
    return client;
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
    await runCommand('ip', ['netns', 'delete', this.name]);
  }
}
