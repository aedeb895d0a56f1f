import type { KubeConfig } from '@kubernetes/client-node';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { Failure } from '../../../model/errors/product-error.ts';
import type { PodPort } from '../../../ports/dev/dev-cluster.ts';

/** A connection to the API server, as the client library has it. */
interface Channel {
  close(): void;
  on(event: 'close', listener: () => void): unknown;
}

/** Leads connections to ports of pods, by way of the API server and with the user's own rights (`pods/portforward`). */
export class PortForwarder {
  private readonly configure: () => Promise<KubeConfig>;
  private readonly channels = new Set<Channel>();
  private config: Promise<KubeConfig> | undefined;

  /** @param configure reads the kubeconfig, when it is first needed. */
  constructor(configure: () => Promise<KubeConfig>) {
    this.configure = configure;
  }

  /** Loads what the first connection needs, which takes longer than some callers wait for an answer. */
  async prepare(): Promise<void> {
    await this.load();
  }

  /** Settled when the connection is led there. @throws {Failure} */
  async forward(connection: Socket, { pod, namespace, port }: PodPort): Promise<void> {
    const { PortForward, config } = await this.load();
    const refused = new PassThrough();
    let channel: Channel;
    try {
      channel = (await new PortForward(config).portForward(
        namespace,
        pod,
        [port],
        connection,
        refused,
        connection,
      )) as Channel;
    } catch (cause) {
      throw new Failure({
        type: 'dev-forward-failed',
        doing: `connect to port ${port} of the pod ${pod}`,
        reason: reasonOf(cause),
        remedy: 'Give this account the verb "create" on "pods/portforward" there.',
        cause,
      });
    }
    this.channels.add(channel);
    // Nobody listens there.
    refused.once('data', () => channel.close());
    channel.on('close', () => {
      this.channels.delete(channel);
      connection.end();
    });
    connection.on('close', () => channel.close());
  }

  private async load() {
    const [{ PortForward }, config] = await Promise.all([
      import('@kubernetes/client-node/dist/portforward.js'),
      (this.config ??= this.configure()),
    ]);
    return { PortForward, config };
  }

  close(): void {
    for (const channel of this.channels) channel.close();
  }
}

function reasonOf(cause: unknown): string {
  const { message } = (cause ?? {}) as { message?: string };
  return `The API server refused it (${message || 'no answer'}).`;
}
