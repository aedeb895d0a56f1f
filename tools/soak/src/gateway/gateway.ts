import { setTimeout as pause } from 'node:timers/promises';
import { describeFailed } from '../../../load/src/prober.ts';
import { PacedRequests, type PacedFigures } from '../../../load/src/paced-requests.ts';
import { callGateway } from '../../../scratch-workspace/src/clients/gateway.ts';
import type { Say } from '../progress.ts';
import { GatewayCast } from './gateway-cast.ts';
import { GatewayWorkspace } from './gateway-workspace.ts';
import { MainTurns, SideTurns, type TurnCounts } from './turns.ts';

/** How much of it. */
export interface GatewaySizes {
  /** Requests a second. */
  readonly rate: number;
  /** How often releases, rollbacks and canaries come and go. */
  readonly rounds: number;
}

/** Figures of a run. */
export interface GatewayFigures {
  readonly load: PacedFigures;
  readonly counts: TurnCounts & { readonly routes: number };
  /** Good answers by what was asked for: the service, its second version, a canary by its header, and so on. */
  readonly answers: Readonly<Record<'main' | 'version' | 'preview' | 'side' | 'older', number>>;
  /** Shares of clients' answers that canaries gave, by the share that they had: in per cent. */
  readonly shares: ReadonlyMap<number, readonly number[]>;
  /** Milliseconds after the end of a command at which pods of the build before were still asked, the most. */
  readonly latestMs: number;
  readonly failed: readonly string[];
  /** Commands that did not end as they must, and shares that are far off. */
  readonly wrong: readonly string[];
}

/** Connections that are kept; one of 20 requests goes over one of its own. */
const pace = { connections: 50, freshEvery: 20 };

/** Lets releases, versions, canaries and routes come and go behind the gateway, while requests come at a steady rate. */
export async function gateway({ rate, rounds }: GatewaySizes, say: Say): Promise<GatewayFigures> {
  const site = await GatewayWorkspace.create();
  let load: PacedRequests | undefined;
  try {
    const cast = new GatewayCast();
    const main = await MainTurns.prepare(site, cast, rounds, say);
    const side = await SideTurns.prepare(site, cast, rounds, say);
    const { hostname } = site.workspace;
    // The gateway's port opens with its first route.
    const answer = () => callGateway(hostname, '/an/older/path').catch(() => ({ status: 0 }));
    while ((await answer()).status !== 200) await pause(200);
    load = new PacedRequests(await cast.kinds(hostname), { rate, ...pace }, () => `${main.doing}; ${side.doing}`);
    await pause(2_000);
    await main.first();
    const turning = side.turn();
    try {
      for (let round = 1; round <= rounds; round++) {
        await main.round();
        say(`round ${round} of ${rounds}: ${tell(load.figures)}`);
      }
    } finally {
      side.stop();
      await turning;
    }
    await pause(2_000);
    const figures = await load.stop();
    say(tell(figures));
    const kinds = (['main', 'version', 'preview', 'side', 'older'] as const).map((name) => {
      const count = [...cast[name].counts.values()].reduce((sum, each) => sum + each, 0);
      return [name, count] as const;
    });
    return {
      load: figures,
      counts: { ...main.counts, routes: side.count },
      answers: Object.fromEntries(kinds) as GatewayFigures['answers'],
      shares: main.shares,
      latestMs: Math.max(cast.main.latestMs, cast.side.latestMs),
      failed: figures.failed.map(describeFailed),
      wrong: [...main.wrong, ...side.wrong],
    };
  } finally {
    await load?.stop();
    await site.workspace.remove();
  }
}

function tell({ requests, failed, rate, answeredMs }: PacedFigures): string {
  const held = `${rate.held.toFixed(0)} a second (${rate.slowest.toFixed(0)} in the slowest ten)`;
  return `${requests} requests, ${held}, 99% within ${answeredMs.most} ms, ${failed.length} failed`;
}
