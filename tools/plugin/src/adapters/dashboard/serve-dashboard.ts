import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Refusal } from '../../model/errors/product-error.ts';
import type { DashboardEvents, DashboardFeed } from '../../ports/dashboard-feed.ts';
import type { DashboardRoute } from '../../ports/dashboard-route.ts';
import { DashboardRequests } from './dashboard-requests.ts';
import type { DashboardPage } from './dashboard-page.ts';
import { EventStreams } from './event-streams.ts';
import { RequestGuard } from './request-guard.ts';

/** The contents of a dashboard's server. */
export interface ServedDashboard {
  readonly page: DashboardPage;
  readonly feed: DashboardFeed;
  /** Routes besides those of the state and its changes. */
  readonly routes: readonly DashboardRoute[];
  /** Events of the runs; sent to all pages. */
  readonly runs?: DashboardEvents;
  /** 0 for any. */
  readonly port: number;
}

/** A dashboard that is served. */
export interface DashboardServer {
  /** With the token: `http://127.0.0.1:8090/#t=…`. */
  readonly address: string;
  /** The same with a token that counts once, for a program that is told it as an argument. */
  addressForOnce(): string;
  close(): Promise<void>;
}

/** There is no option for another one: who is to see it elsewhere comes through a proxy that asks who they are. */
const loopback = '127.0.0.1';

/** Serves the dashboard to this machine alone. @throws {Refusal} when the port is taken. */
export async function serveDashboard(served: ServedDashboard): Promise<DashboardServer> {
  const server = createServer();
  const port = await listen(server, served.port);
  const guard = new RequestGuard(port);
  const streams = new EventStreams(served.feed, served.runs);
  const requests = new DashboardRequests(served, guard, streams);
  server.on('request', (request: IncomingMessage, answer) => void requests.answer(request, answer));
  return {
    address: `http://${loopback}:${port}/#t=${guard.token}`,
    addressForOnce: () => `http://${loopback}:${port}/#t=${guard.tokenForOnce()}`,
    async close() {
      streams.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, loopback, () => resolve(undefined));
  });
  if (code !== undefined)
    throw new Refusal({
      type: 'port-in-use',
      doing: `listen on port ${port}`,
      reason: code === 'EADDRINUSE' ? 'Another program listens on it.' : `The system refused it (${code}).`,
      remedy: 'Stop that program, or choose another port; without `--port` any is taken that is free.',
    });
  return (server.address() as { readonly port: number }).port;
}
