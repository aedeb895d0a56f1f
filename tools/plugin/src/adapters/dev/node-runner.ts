import type { ServiceCommand, ServiceEvents } from '../../ports/dev/dev-machine.ts';
import { Gate, untilListening } from './gate.ts';
import { freePort } from './listen.ts';
import { ServiceProcess } from './service-process.ts';

/** Milliseconds that a process which was replaced gets for the requests that it still has. */
const replacedPatience = 20_000;
/** Milliseconds that processes get when all is over. */
const lastPatience = 1000;

/** The events of the processes, and what the relay needs besides. */
export interface NodeRunnerEvents extends ServiceEvents {
  /** A process has ended but for its debuggers. */
  onLeaving(url: string | undefined): void;
}

/**
 * Runs a Node.js program, and replaces its process for each change: the next one is started beside the present one, gets
 * all connections once it listens, and the one before drains. One that ends before it listens leaves the one before it.
 */
export class NodeRunner {
  readonly gate = new Gate();
  readonly metricsGate = new Gate();
  private readonly command: ServiceCommand;
  private readonly isInspected: boolean;
  private readonly events: NodeRunnerEvents;
  private current: { readonly process: ServiceProcess; readonly ports: Ports } | undefined;
  private next: ServiceProcess | undefined;
  private readonly replaced = new Set<ServiceProcess>();
  private generation = 0;
  private isFirst = true;
  private isStopped = false;

  /** @param command without the interpreter. */
  constructor(command: ServiceCommand, isInspected: boolean, events: NodeRunnerEvents) {
    this.command = command;
    this.isInspected = isInspected;
    this.events = events;
  }

  /** Starts the program as it is now. */
  async reload(): Promise<void> {
    const begun = performance.now();
    const generation = ++this.generation;
    this.next?.kill();
    this.hold();
    const ports: Ports = { requests: await freePort(), metrics: await freePort() };
    if (this.isStopped || generation !== this.generation) return;
    const process = this.spawn(ports);
    this.next = process;
    void process.ended.then((how) => this.onEnded(process, how));
    if (!(await untilListening(ports.requests, process.gone)) || this.next !== process) return;
    this.next = undefined;
    const before = this.current?.process;
    this.current = { process, ports };
    this.open(ports);
    this.events.onReady(Math.round(performance.now() - begun), this.isFirst);
    this.isFirst = false;
    if (before) this.replace(before);
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.shut();
    const running = [this.next, this.current?.process, ...this.replaced].filter((each) => each !== undefined);
    this.next = this.current = undefined;
    await Promise.all(running.map((each) => each.stop(lastPatience)));
  }

  private spawn(ports: Ports): ServiceProcess {
    const { argv, cwd, variables } = this.command;
    const inspect = this.isInspected ? ['--inspect-wait=127.0.0.1:0'] : [];
    const env = { ...variables, PORT: String(ports.requests), METRICS_PORT: String(ports.metrics) };
    const { onLine, onInspector, onLeaving } = this.events;
    const started: ServiceProcess = new ServiceProcess([process.execPath, ...inspect, ...argv], {
      cwd,
      env,
      onLine,
      onInspector,
      onLeaving: () => onLeaving(started.inspectorUrl),
    });
    return started;
  }

  private onEnded(process: ServiceProcess, how: string): void {
    this.replaced.delete(process);
    if (this.isStopped) return;
    if (process === this.next) {
      this.next = undefined;
      if (this.current) {
        this.open(this.current.ports);
        const { inspectorUrl } = this.current.process;
        if (inspectorUrl !== undefined) this.events.onInspector(inspectorUrl);
      } else this.shut();
      this.events.onEnded(how, this.current !== undefined);
    } else if (process === this.current?.process) {
      this.current = undefined;
      if (!this.next) this.shut();
      this.events.onEnded(how, false);
    }
  }

  private replace(process: ServiceProcess): void {
    this.replaced.add(process);
    void process.stop(replacedPatience).then(() => this.replaced.delete(process));
  }

  private hold(): void {
    this.gate.hold();
    this.metricsGate.hold();
  }

  private open({ requests, metrics }: Ports): void {
    this.gate.open(requests);
    this.metricsGate.open(metrics);
  }

  private shut(): void {
    this.gate.shut();
    this.metricsGate.shut();
  }
}

interface Ports {
  readonly requests: number;
  readonly metrics: number;
}
