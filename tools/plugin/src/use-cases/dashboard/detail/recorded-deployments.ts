import type { NotReached, ShownDeployment } from '../../../model/dashboard/service-page.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { orUnreachable, type Unreachable } from '../../observe/unreachable.ts';
import { shownDeployment } from './shown-deployment.ts';

/** Deployments of all services to an environment, or why they cannot be read. */
export type RecordedDeployments = readonly ShownDeployment[] | NotReached;

/** How long what was read is used again: the slider of a moment asks for every place that it is drawn over. */
const freshMs = 5000;

interface Reading {
  readonly at: number;
  readonly found: Promise<readonly ShownDeployment[] | Unreachable>;
}

/** The recorded deployments of all services, read once for all that ask at nearly the same time. */
export class DeploymentReader {
  private readonly readings = new Map<string, Reading>();
  private readonly ports: Pick<ReleasePorts, 'cluster' | 'clock'>;

  constructor(ports: Pick<ReleasePorts, 'cluster' | 'clock'>) {
    this.ports = ports;
  }

  /** Returns those of an environment, in no order. What failed is asked again the next time. */
  async read(environment: Environment): Promise<RecordedDeployments> {
    const { name } = environment;
    const now = this.ports.clock().getTime();
    const known = this.readings.get(name);
    const isFresh = known !== undefined && now - known.at >= 0 && now - known.at < freshMs;
    const reading = isFresh ? known : { at: now, found: this.ask(environment) };
    this.readings.set(name, reading);
    try {
      const found = await reading.found;
      if (!('reason' in found)) return found;
      this.forget(name, reading);
      return { environment: name, state: 'unreachable', ...found };
    } catch (error) {
      this.forget(name, reading);
      throw error;
    }
  }

  private ask(environment: Environment): Reading['found'] {
    return orUnreachable(async () => (await (await this.ports.cluster(environment)).summaries()).map(shownDeployment));
  }

  private forget(name: string, reading: Reading): void {
    if (this.readings.get(name) === reading) this.readings.delete(name);
  }
}
