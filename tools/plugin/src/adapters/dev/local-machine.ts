import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Socket } from 'node:net';
import { parseEnv } from 'node:util';
import { isPackage, pluginFolder } from '../../model/product/installation.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { BundleCommand } from '../../model/dev/dev-command.ts';
import type {
  BundleEvents,
  BundleWatch,
  DevMachine,
  InspectorRelay,
  Listener,
  LocalService,
  PortWish,
  RunningService,
  ServiceCommand,
  ServiceEvents,
} from '../../ports/dev/dev-machine.ts';
import { bundle, SourceWatch } from './bundle-watch.ts';
import { Gate, untilListening } from './gate.ts';
import type { WebSocketInspectorRelay } from './inspector-relay.ts';
import { freePort, listen } from './listen.ts';
import { LocalServices } from './local-services.ts';
import { NodeRunner } from './node-runner.ts';
import { ServiceProcess } from './service-process.ts';

/** Port of the metrics, where it is free. */
const metricsPort = 9464;
/** Milliseconds that a tool which reloads by itself gets to end. */
const toolPatience = 3000;
/** Entry of what restarts a service in a pod. */
const agentSource = 'tools/plugin/src/adapters/dev/agent.ts';

/** This machine, and a workspace on it. */
export class LocalMachine implements DevMachine {
  readonly temp: string;
  private readonly root: string;
  private readonly services: LocalServices;
  private relay: WebSocketInspectorRelay | undefined;

  /** @param root of the workspace. @param service that is developed. */
  constructor(root: string, service: string) {
    this.root = root;
    this.services = new LocalServices(root);
    this.temp = this.services.tempOf(service);
  }

  get user(): { uid: number; gid: number } {
    const { uid, gid } = statSync(this.root);
    return { uid, gid };
  }

  get owner(): string {
    const who = `${process.getuid?.() ?? ''} ${hostname()} ${realpathSync(this.root)}`;
    return createHash('sha256').update(who).digest('hex').slice(0, 16);
  }

  get folders(): string[] {
    // Packages may be a link to a folder elsewhere.
    const packages = realpathSync(join(this.root, 'node_modules'));
    return packages.startsWith(`${this.root}${sep}`) ? [this.root] : [this.root, packages];
  }

  listen(wish: PortWish, connect: (connection: Socket) => void): Promise<Listener> {
    return listen(wish, connect);
  }

  connect(connection: Socket, port: number): void {
    const gate = new Gate();
    gate.open(port);
    gate.take(connection);
  }

  variablesIn(path: string): Record<string, string> {
    return parseEnv(this.textOf(path) ?? '') as Record<string, string>;
  }

  textOf(path: string): string | undefined {
    try {
      return readFileSync(join(this.root, path), 'utf8');
    } catch {
      return undefined;
    }
  }

  watchBundle(command: BundleCommand, file: string, events: BundleEvents): BundleWatch {
    mkdirSync(dirname(file), { recursive: true });
    return new SourceWatch(this.root, command, file, events);
  }

  async buildAgent(file: string): Promise<void> {
    if (isPackage) {
      mkdirSync(dirname(file), { recursive: true });
      copyFileSync(join(pluginFolder(this.root), 'dist/agent.cjs'), file);
      return;
    }
    const args = [agentSource, '--bundle', '--platform=node', '--target=node20', '--format=cjs'];
    const { lines } = await bundle(this.root, { by: 'esbuild', args, cwd: '.' }, file);
    if (!lines) return;
    throw new Failure({
      type: 'dev-command-failed',
      doing: 'bundle what restarts the service in its pod',
      reason: 'esbuild failed.',
      remedy: 'See its lines.',
      evidence: lines,
    });
  }

  touch(file: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, String(Date.now()));
  }

  async startNode(
    command: ServiceCommand,
    { port, isInspected }: { readonly port: PortWish; readonly isInspected: boolean },
    events: ServiceEvents,
  ): Promise<RunningService> {
    const variables = { ...this.inherited(), ...command.variables };
    const runner = new NodeRunner({ ...command, variables }, isInspected, {
      onLine: (line) => events.onLine(line),
      onReady: (milliseconds, isFirst) => events.onReady(milliseconds, isFirst),
      onEnded: (how, goesOn) => events.onEnded(how, goesOn),
      onInspector: (url) => events.onInspector(url),
      onLeaving: (url) => this.relay?.leave(url),
    });
    const doors = await this.open(port, runner.gate, runner.metricsGate);
    return {
      port: doors.requests.port,
      metricsPort: doors.metrics.port,
      reload: () => void runner.reload(),
      ended: new Promise(() => {}),
      async stop() {
        doors.requests.close();
        doors.metrics.close();
        await runner.stop();
      },
    };
  }

  async startCommand(
    commandAt: (port: number) => ServiceCommand,
    { port }: { readonly port: PortWish },
    events: ServiceEvents,
  ): Promise<RunningService> {
    const begun = performance.now();
    const [gate, metricsGate] = [new Gate(), new Gate()];
    const doors = await this.open(port, gate, metricsGate);
    const own = { requests: await freePort(), metrics: await freePort() };
    const { argv, cwd, variables } = commandAt(own.requests);
    mkdirSync(this.temp, { recursive: true });
    const ports = { PORT: String(own.requests), METRICS_PORT: String(own.metrics) };
    const tool = new ServiceProcess(argv, {
      cwd,
      env: { ...this.inherited(), ...variables, ...ports },
      onLine: (line) => events.onLine(line),
      onInspector: () => {},
      onLeaving: () => {},
    });
    gate.open(own.requests);
    metricsGate.open(own.metrics);
    void untilListening(own.requests, tool.gone).then(
      (is) => is && events.onReady(Math.round(performance.now() - begun), true),
    );
    return {
      port: doors.requests.port,
      metricsPort: doors.metrics.port,
      reload: () => {},
      ended: tool.ended,
      async stop() {
        doors.requests.close();
        doors.metrics.close();
        await tool.stop(toolPatience);
      },
    };
  }

  async inspector(wish: PortWish, title: string): Promise<InspectorRelay> {
    const { WebSocketInspectorRelay: Relay } = await import('./inspector-relay.ts');
    return (this.relay = await Relay.listen(wish, title));
  }

  find(service: string): LocalService | undefined {
    return this.services.find(service);
  }

  announce(service: string, port: number): void {
    this.services.announce(service, port);
  }

  clean(service: string): void {
    this.services.clean(service);
  }

  private async open(
    wish: PortWish,
    gate: Gate,
    metricsGate: Gate,
  ): Promise<{ requests: Listener; metrics: Listener }> {
    const requests = await listen(wish, gate.take);
    const metrics = await listen({ port: metricsPort, isExact: false }, metricsGate.take);
    return { requests, metrics };
  }

  /** Variables of this process but Nx's own, which are of no concern to a service. */
  private inherited(): Record<string, string> {
    const own = Object.entries(process.env).filter(([name, value]) => value !== undefined && !/^NX_|^POC_/.test(name));
    return Object.fromEntries(own) as Record<string, string>;
  }
}
