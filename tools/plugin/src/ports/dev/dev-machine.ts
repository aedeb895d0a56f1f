import type { Socket } from 'node:net';
import type { BundleCommand } from '../../model/dev/dev-command.ts';

/** A port that is wanted. */
export interface PortWish {
  readonly port: number;
  /** True when only this one will do; else the next that is free is taken. */
  readonly isExact: boolean;
}

/** A port of this machine that is listened on. */
export interface Listener {
  readonly port: number;
  /** Stops listening, and cuts what is connected. */
  close(): void;
}

/** Events of the processes of a service. */
export interface ServiceEvents {
  /** A line of a process's own output. */
  onLine(line: string): void;
  /** A process takes requests. @param milliseconds since it was started. @param isFirst of this run. */
  onReady(milliseconds: number, isFirst: boolean): void;
  /** A process ended by itself. @param goesOn whether the one before it goes on. */
  onEnded(how: string, goesOn: boolean): void;
  /** A process waits for a debugger at this address. */
  onInspector(url: string): void;
}

/** How a service is run. */
export interface ServiceCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** The processes of a service. */
export interface RunningService {
  /** Port at which requests are taken, whichever process answers them. */
  readonly port: number;
  /** Port at which the metrics of the present process are. */
  readonly metricsPort: number;
  /** Starts what there is now; the process before it goes on until the new one takes requests. */
  reload(): void;
  /** Settled when it has ended for good, by itself. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Stays at one address while the processes that are debugged come and go. */
export interface InspectorRelay {
  readonly port: number;
  /** Leads all debuggers to a process, sets there what they have set, and has it run. */
  attach(url: string): Promise<void>;
  close(): void;
}

/** A bundle that is made anew whenever a source of it is saved. */
export interface BundleWatch {
  /** Settled when a bundle that is being made has been put where it goes. */
  close(): Promise<void>;
}

export interface BundleEvents {
  /** @param milliseconds that it took. */
  onBuilt(milliseconds: number): void;
  onFailed(lines: readonly string[]): void;
}

/** A service that is being developed on this machine. */
export interface LocalService {
  readonly pid: number;
  readonly port: number;
}

/** The machine on which a service is developed. */
export interface DevMachine {
  /** Folder for the files of this run alone. */
  readonly temp: string;
  /** The owner of the workspace. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Identifies the user, the machine and the workspace: a hash. */
  readonly owner: string;
  /** Folders that the workspace's files are in. */
  readonly folders: readonly string[];

  /** @throws {Refusal} when the port is taken. */
  listen(wish: PortWish, connect: (connection: Socket) => void): Promise<Listener>;
  /** Leads a connection to a port of this machine. */
  connect(connection: Socket, port: number): void;
  /** Returns the variables of a file such as `.env`; none where there is no file. */
  variablesIn(path: string): Readonly<Record<string, string>>;
  /** Returns the text of a file, if there is one. */
  textOf(path: string): string | undefined;
  /** Makes a bundle now and after every change. @param file where it is put. */
  watchBundle(command: BundleCommand, file: string, events: BundleEvents): BundleWatch;
  /** Bundles what restarts a service in a pod. @param file where it is put. @throws {Failure} */
  buildAgent(file: string): Promise<void>;
  /** Notifies the agent in a pod of a new bundle. */
  touch(file: string): void;
  /** Runs a Node.js program, which is started again for each change. Nothing is started yet. */
  startNode(
    command: ServiceCommand,
    options: { readonly port: PortWish; readonly isInspected: boolean },
    events: ServiceEvents,
  ): Promise<RunningService>;
  /** Starts a command that reloads by itself. @param commandAt the command for the port at which it shall listen. */
  startCommand(
    commandAt: (port: number) => ServiceCommand,
    options: { readonly port: PortWish },
    events: ServiceEvents,
  ): Promise<RunningService>;
  inspector(wish: PortWish, title: string): Promise<InspectorRelay>;

  /** Finds a service that is being developed, if it is. */
  find(service: string): LocalService | undefined;
  /** Lets others find a service. */
  announce(service: string, port: number): void;
  /** Takes away what there is of a run of this service: its files, and that others find it. */
  clean(service: string): void;
}
