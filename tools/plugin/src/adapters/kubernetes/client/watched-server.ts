import { ApiError, explainApiError, unreachable } from './api-error.ts';
import type { Connection } from './connection.ts';
import { identify, type ClusterAccess } from './credentials/cluster-access.ts';
import type { HeartbeatServer } from './heartbeat.ts';
import { textOf } from './read-answer.ts';
import type { Transport } from './transport.ts';

/** Of objects no more than their names and labels, where the server can. */
const onlyMetadata = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** The API server of which something is watched. */
export class WatchedServer implements HeartbeatServer {
  private readonly access: ClusterAccess;
  private readonly transport: Transport;
  private readonly connection: Connection;

  constructor(access: ClusterAccess, transport: Transport, connection: Connection) {
    this.access = access;
    this.transport = transport;
    this.connection = connection;
  }

  /** Asks for as little as can be, of what the account may read: an endpoint for probes knows less than that, or is closed. */
  async ask(path: string, limitMs: number): Promise<{ readonly error: unknown } | undefined> {
    try {
      // Without a limit, as for each request: a person may have to log in.
      const identity = await identify(this.access, undefined);
      const request = { query: { limit: '1' }, accept: onlyMetadata, signal: AbortSignal.timeout(limitMs) };
      const answer = await this.transport.open('GET', path, request, identity);
      const text = await textOf(answer);
      const { statusCode = 0 } = answer;
      // Who may not look is answered, and so is who asks too often.
      if (statusCode >= 500) throw new ApiError(statusCode, text);
      this.connection.noteAnswer();
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  closeIdle(): void {
    this.transport.closeIdle();
  }

  onSilence(error: unknown): void {
    const doing = `reach the cluster ${this.access.context}`;
    const isAnswer = error instanceof ApiError;
    this.connection.noteSilence(
      isAnswer ? explainApiError(error, doing, this.access) : unreachable(this.access, error),
    );
  }
}
