import type { Socket } from 'node:net';
import {
  neighbourKey,
  neighboursOf,
  withNeighbours,
  type Neighbour,
  type Surroundings,
} from '../../model/dev/neighbours.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { DevCluster, PodPort } from '../../ports/dev/dev-cluster.ts';
import type { DevMachine, Listener } from '../../ports/dev/dev-machine.ts';
import type { DevOutput } from './dev-request.ts';

/** Where a neighbour is reached at this moment. */
type Route =
  | { readonly at: 'machine'; readonly port: number }
  | { readonly at: 'cluster'; readonly pod: PodPort }
  | { readonly at: 'nowhere'; readonly reason?: string };

interface NeighbourhoodOptions {
  readonly around: Surroundings;
  readonly environment: string;
  readonly machine: DevMachine;
  readonly cluster: () => Promise<DevCluster>;
  readonly output: DevOutput;
}

/**
 * The services that a service calls, each at a port of this machine. Every connection is led to the neighbour that is being
 * developed here, if one is, else to a ready pod of it in the cluster.
 */
export class Neighbourhood {
  private readonly options: NeighbourhoodOptions;
  private readonly listeners = new Map<string, Listener>();
  /** The last line about each neighbour. */
  private readonly said = new Map<string, string>();

  constructor(options: NeighbourhoodOptions) {
    this.options = options;
  }

  /** Opens a port for each Service that variables name. @returns variables that name those ports. */
  async open(variables: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const { around, machine } = this.options;
    for (const neighbour of neighboursOf(variables, around)) {
      if (this.listeners.has(neighbourKey(neighbour))) continue;
      const wish = { port: 0, isExact: true };
      const listener = await machine.listen(wish, (connection) => void this.connect(neighbour, connection));
      this.listeners.set(neighbourKey(neighbour), listener);
      // Said when the service is about to call it, at the latest; better before.
      void this.routeTo(neighbour);
    }
    return withNeighbours(variables, around, (neighbour) => this.listeners.get(neighbourKey(neighbour))?.port);
  }

  close(): void {
    for (const listener of this.listeners.values()) listener.close();
  }

  private async connect(neighbour: Neighbour, connection: Socket): Promise<void> {
    const { machine, cluster } = this.options;
    const route = await this.routeTo(neighbour);
    if (route.at === 'nowhere') return void connection.destroy();
    if (route.at === 'machine') return machine.connect(connection, route.port);
    try {
      await (await cluster()).forward(connection, route.pod);
    } catch (error) {
      this.say(neighbour, { at: 'nowhere', reason: reasonOf(error) });
      connection.destroy();
    }
  }

  private async routeTo(neighbour: Neighbour): Promise<Route> {
    const route = await this.find(neighbour);
    this.say(neighbour, route);
    return route;
  }

  private async find(neighbour: Neighbour): Promise<Route> {
    const { around, machine, cluster } = this.options;
    const local = neighbour.namespace === around.namespace ? machine.find(neighbour.name) : undefined;
    if (local) return { at: 'machine', port: local.port };
    try {
      const pod = await (await cluster()).podOf(neighbour);
      return pod ? { at: 'cluster', pod } : { at: 'nowhere' };
    } catch (error) {
      return { at: 'nowhere', reason: reasonOf(error) };
    }
  }

  /** Says where a neighbour is, when that is not what was said before. */
  private say(neighbour: Neighbour, route: Route): void {
    const { environment, output } = this.options;
    const { name } = neighbour;
    const key = neighbourKey(neighbour);
    const text = route.at === 'machine' ? `port ${route.port}` : route.at === 'nowhere' ? (route.reason ?? '') : '';
    if (this.said.get(key) === `${route.at} ${text}`) return;
    this.said.set(key, `${route.at} ${text}`);
    if (route.at === 'machine') output.step(`${name}: on this machine, port ${route.port}`);
    else if (route.at === 'cluster') output.step(`${name}: in ${environment}`);
    else this.sayMissing(name, route.reason);
  }

  private sayMissing(name: string, reason: string | undefined): void {
    const { around, environment, output } = this.options;
    if (reason !== undefined) {
      output.warn(`${name} is not on this machine, and ${environment} cannot be asked:`);
      return output.step(`  ${reason}`);
    }
    output.warn(`${name} is neither on this machine nor in ${environment}`);
    output.step(
      around.services.includes(name)
        ? `  start it: \`nx run ${name}:dev\`, or release it to ${environment}`
        : `  deploy it to ${environment}, or set its address in .env`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof ProductError ? error.facts.reason : String(error);
}
