import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand, tryCommand } from '../src/processes/run-command.ts';

/**
 * An engine with a network of its own, for tests of kind beside a platform whose ports and packet rules stay as they are: in
 * it, 127.0.0.1 is another one. Its containers do without CAP_SYS_RESOURCE where this machine's root has to, as in
 * sandboxes, which docker's own `--privileged` would refuse. Needs root.
 */
export class OwnEngine {
  private readonly name = `poc${process.pid}`;
  /** Of the kind that `POC-ROUTER` knows as a container engine's. */
  private readonly link = `podman-${process.pid}`.slice(0, 15);
  private readonly folder = mkdtempSync(join(tmpdir(), 'poc-engine-'));
  private readonly network = `10.199.${process.pid % 250}`;
  private server: ReturnType<typeof spawn> | undefined;

  /** Variables with which commands ask it. */
  get env(): { readonly DOCKER_HOST: string; readonly XDG_STATE_HOME: string; readonly KUBECONFIG: string } {
    return {
      DOCKER_HOST: `unix://${this.folder}/docker.sock`,
      XDG_STATE_HOME: join(this.folder, 'state'),
      KUBECONFIG: join(this.folder, 'kubeconfig'),
    };
  }

  /** Returns the command that runs another one in its network. */
  inside(argv: readonly string[]): string[] {
    return ['nsenter', `--net=/run/netns/${this.name}`, ...argv];
  }

  async start(): Promise<void> {
    const ip = (...args: string[]) => runCommand('make a network', ['ip', ...args]);
    const ipInside = (...args: string[]) => runCommand('make a network', this.inside(['ip', ...args]));
    await ip('netns', 'add', this.name);
    await ip('link', 'add', this.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.name);
    await ip('address', 'add', `${this.network}.1/24`, 'dev', this.link);
    await ip('link', 'set', this.link, 'up');
    await ipInside('link', 'set', 'lo', 'up');
    await ipInside('address', 'add', `${this.network}.2/24`, 'dev', 'eth0');
    await ipInside('link', 'set', 'eth0', 'up');
    await ipInside('route', 'add', 'default', 'via', `${this.network}.1`);
    for (const rule of this.rules) await runCommand('let it out', ['iptables', '--wait', '-I', ...rule]);
    await runCommand('lead packets', this.inside(['sysctl', '-qw', 'net.ipv4.ip_forward=1']));
    await this.startServer();
  }

  async stop(): Promise<void> {
    const ended = this.server && new Promise((resolve) => this.server?.on('close', resolve));
    this.server?.kill('SIGTERM');
    await ended;
    for (const rule of this.rules) await tryCommand(['iptables', '--wait', '-D', ...rule]);
    await tryCommand(['ip', 'link', 'delete', this.link]);
    await tryCommand(['ip', 'netns', 'delete', this.name]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get rules(): readonly string[][] {
    const range = `${this.network}.0/24`;
    return [
      ['POSTROUTING', '-t', 'nat', '-s', range, '!', '-o', this.link, '-j', 'MASQUERADE'],
      ['FORWARD', '-i', this.link, '-j', 'ACCEPT'],
      ['FORWARD', '-o', this.link, '-j', 'ACCEPT'],
    ];
  }

  private async startServer(): Promise<void> {
    const runtime = join(this.folder, 'runc');
    writeFileSync(runtime, lesserRuntime);
    chmodSync(runtime, 0o755);
    writeFileSync(join(this.folder, 'daemon.json'), '{}');
    mkdirSync(join(this.folder, 'state'));
    const options = {
      host: this.env.DOCKER_HOST,
      'exec-root': join(this.folder, 'run'),
      'data-root': join(this.folder, 'data'),
      pidfile: join(this.folder, 'docker.pid'),
      'config-file': join(this.folder, 'daemon.json'),
      'add-runtime': `lesser=${runtime}`,
      'default-runtime': 'lesser',
    };
    const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const [command = '', ...args] = this.inside(['dockerd', ...flags]);
    this.server = spawn(command, args, { stdio: 'ignore' });
    const socket = join(this.folder, 'docker.sock');
    const answers = async () => (await tryCommand(['docker', 'version'], { env: this.env })).code === 0;
    while (!existsSync(socket) || !(await answers())) {
      if (this.server.exitCode !== null) throw new Error(`dockerd exited with code ${this.server.exitCode}`);
      await pause(200);
    }
  }
}

/** runc, but for what the machine's root may not give away. */
const lesserRuntime = `#!/usr/bin/python3
import json, os, shutil, sys

def held(bit):
    with open('/proc/self/status') as status:
        line = next(line for line in status if line.startswith('CapBnd:'))
    return int(line.split()[1], 16) >> bit & 1

absent = set() if held(24) else {'CAP_SYS_RESOURCE'}

def lessen(path, process_of):
    with open(path) as file:
        spec = json.load(file)
    sets = process_of(spec).get('capabilities') or {}
    for name in sets:
        sets[name] = [held for held in sets[name] if held not in absent]
    with open(path, 'w') as file:
        json.dump(spec, file)

arguments = sys.argv[1:]
for flag, value in zip(arguments, arguments[1:]):
    if flag == '--bundle' and os.path.exists(value + '/config.json'):
        lessen(value + '/config.json', lambda spec: spec.get('process', {}))
    if flag == '--process':
        lessen(value, lambda spec: spec)
runc = shutil.which('runc') or '/usr/sbin/runc'
os.execv(runc, [runc] + arguments)
`;
