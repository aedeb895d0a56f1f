import { status } from '../../local-platform/src/platform.ts';
import type { FailedRequest } from '../../load/src/prober.ts';
import { describeFailed } from '../../load/src/prober.ts';
import type { DeployerOrder } from './deployer.ts';
import { changeLeader } from './disturbances/change-leader.ts';
import { figuresOf, type Disturbance, type DisturbanceFigures } from './disturbances/disturbance.ts';
import { drainNode } from './disturbances/drain-node.ts';
import { killDeployer } from './disturbances/kill-deployer.ts';
import { loseNetwork } from './disturbances/lose-network.ts';
import { restartApiServer } from './disturbances/restart-api-server.ts';
import { skewClocks } from './disturbances/skew-clocks.ts';
import { suspendDeployer } from './disturbances/suspend-deployer.ts';
import { takeWebhookAway } from './disturbances/take-webhook-away.ts';
import { Lane } from './lane.ts';
import { momentsOf, type Moment, type Moments } from './moments.ts';
import type { Say } from './progress.ts';
import { Deployers } from './run-deployer.ts';
import { Site } from './site.ts';
import type { SoakWorkspace } from './soak-workspace.ts';

/** How much of it; what is left out does not happen. */
export interface ChaosSizes {
  /** Namespaces in which it happens at the same time: most of the time, a dead holder's lock is waited for. */
  readonly sites: number;
  /** When a deployer is killed, in a deploy and in a rollback. */
  readonly kill?: Moments;
  /** When one is suspended for longer than its lock lasts. */
  readonly suspend?: Moments;
  /** Milliseconds for which the network is lost, each. */
  readonly network?: readonly number[];
  /** When etcd has no leader. */
  readonly leader?: Moments;
  /** When a webhook is away. */
  readonly webhook?: Moments;
  /** When the node is drained. */
  readonly drain?: Moments;
  /** How often deployers run whose clocks differ. */
  readonly clocks?: number;
  /** How often the API server is restarted, each time during a deploy in every namespace. */
  readonly restart?: number;
}

/** Figures of a chaos run. */
export interface ChaosFigures {
  /** Answers of the API server in an undisturbed deploy and rollback. */
  readonly answers: Readonly<Record<DeployerOrder['command'], number>>;
  readonly of: Readonly<Record<Disturbance, DisturbanceFigures>>;
  readonly requests: number;
  /** All requests that failed; each with what, when, and during what. */
  readonly lost: readonly string[];
  /** Seconds that the same command took when it was run again, the longest. */
  readonly longestRecovery: number;
}

/** Deploys and rolls back while all kinds of things go wrong with the deployer and with its cluster. */
export async function chaos(soak: SoakWorkspace, wanted: ChaosSizes, say: Say): Promise<ChaosFigures> {
  const isOurs = await isClusterOfThisMachine();
  if (!isOurs) say('the cluster is no process of this machine: it is not restarted, and knows no webhook here');
  const sizes = isOurs ? wanted : { ...wanted, restart: 0, webhook: [] };
  const deployers = await Deployers.prepare();
  const opened: Site[] = [];
  const failed: FailedRequest[] = [];
  let requests = 0;
  try {
    const builds = await soak.tagBuilds(sizes.kill === 'all' ? 600 : 60, [soak.first]);
    const lanes = await Promise.all(
      Array.from({ length: sizes.sites }, async (_, index) => {
        const site = await Site.open(`chaos-${index + 1}`, soak, deployers);
        opened.push(site);
        return new Lane(site, builds, say);
      }),
    );
    await Promise.all(lanes.map((lane) => lane.begin()));
    const answers = await lanes[0]!.countAnswers();
    say(`an undisturbed deploy has ${answers['k8s-deploy']} answers of the API server, a rollback ${answers.rollback}`);
    const tasks = tasksOf(sizes, answers);
    const all = tasks.length;
    await Promise.all(
      lanes.map(async (lane) => {
        for (let task = tasks.shift(); task; task = tasks.shift()) {
          await task(lane);
          if (tasks.length % 10 === 0) say(`${all - tasks.length} of ${all} rounds begun`);
        }
      }),
    );
    for (let round = 0; round < (sizes.restart ?? 0); round++) await restartApiServer(lanes, say);
    for (const site of opened) {
      const figures = await site.close();
      requests += figures.requests;
      failed.push(...figures.failed);
    }
    return {
      answers,
      of: figuresOf(
        lanes.map(({ tallies }) => tallies),
        { failed },
      ),
      requests,
      lost: failed.map(describeFailed),
      longestRecovery: Math.max(0, ...lanes.map(({ longestRecovery }) => longestRecovery)),
    };
  } finally {
    for (const site of opened) await site.close();
    deployers.remove();
  }
}

/** Reports whether the API server can be restarted, and reaches this machine's addresses. */
export async function isClusterOfThisMachine(): Promise<boolean> {
  return (await status())?.provider === 'built';
}

type Task = (lane: Lane) => Promise<void>;

/** Returns everything that happens in one namespace, the longest first. */
function tasksOf(sizes: ChaosSizes, answers: ChaosFigures['answers']): Task[] {
  const { kill, suspend, network = [], leader, webhook, drain, clocks = 0 } = sizes;
  const of = (command: Moment['command'], moments: Moments | undefined) =>
    momentsOf(command, answers[command], moments);
  return [
    ...network.map((milliseconds) => (lane: Lane) => loseNetwork(lane, milliseconds)),
    ...of('k8s-deploy', suspend).map((moment) => (lane: Lane) => suspendDeployer(lane, moment)),
    ...of('k8s-deploy', webhook).map(
      ({ answer }) =>
        (lane: Lane) =>
          takeWebhookAway(lane, answer),
    ),
    ...Array.from({ length: clocks }, (_, index) => (lane: Lane) => skewClocks(lane, index % 2 ? 'newer' : 'older')),
    ...of('k8s-deploy', drain).map(
      ({ answer }) =>
        (lane: Lane) =>
          drainNode(lane, answer),
    ),
    ...of('k8s-deploy', leader).map(
      ({ answer }) =>
        (lane: Lane) =>
          changeLeader(lane, answer),
    ),
    ...[...of('k8s-deploy', kill), ...of('rollback', kill)].map((moment) => (lane: Lane) => killDeployer(lane, moment)),
  ];
}
