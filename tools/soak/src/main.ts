import { parseArgs } from 'node:util';
import { up } from '../../local-platform/src/platform.ts';
import { describeMachine } from '../../scratch-workspace/src/machine.ts';
import { chaos } from './chaos.ts';
import { door } from './door/door.ts';
import { doorSection } from './door/section.ts';
import { disturbanceNames, disturbances, type Disturbance } from './disturbances/disturbance.ts';
import { fuzz } from './fuzz.ts';
import { gatewaySection } from './gateway/section.ts';
import { load } from './load.ts';
import { progressOf } from './progress.ts';
import { race } from './race.ts';
import { parts, writePart, type Part, type Section } from './report.ts';
import { SoakWorkspace } from './soak-workspace.ts';

/** `npm run soak [-- load gateway door chaos race fuzz] [--releases=… --requests=… --rate=… --only=…]`. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    releases: { type: 'string', default: '100' },
    requests: { type: 'string' },
    minutes: { type: 'string', default: '120' },
    rate: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '1' },
    sites: { type: 'string', default: '6' },
    only: { type: 'string' },
    deployers: { type: 'string', default: '20' },
    cases: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const strangers = positionals.filter((name) => !(parts as readonly string[]).includes(name));
if (strangers.length > 0) {
  console.error(`There is no part ${strangers.join(', ')}: the parts are ${parts.join(', ')}.`);
  process.exit(2);
}
const chosen = positionals.length > 0 ? parts.filter((part) => positionals.includes(part)) : parts;
/** Disturbances of chaos; the page is written when all of them happened. */
const only = values.only?.split(',').map(disturbanceNamed);
const twelfths = Array.from({ length: 12 }, (_, index) => (index + 0.5) / 12);
const size = (name: Exclude<keyof typeof values, 'only' | 'requests'>) => Number(values[name]);
const callsOr = (otherwise: number) => Number(values.requests ?? otherwise);
let failures = 0;

/** A part's section, and its command. */
const sections: Readonly<Record<Exclude<Part, 'gateway'>, (soak: SoakWorkspace) => Promise<Section>>> = {
  async load(soak) {
    const sizes = { releases: size('releases'), requests: callsOr(10_000_000), mostMinutes: size('minutes') };
    const figures = await load(soak, sizes, progressOf('load'));
    const { requests, failed, wrong, seconds, rolloutSeconds } = figures;
    const total = Object.values(requests).reduce((sum, count) => sum + count, 0);
    return {
      command: `npm run soak -- load --releases=${sizes.releases} --requests=${sizes.requests}`,
      lines: [
        '## Requests while releasing and rolling back',
        '',
        'A service on `libs/service-host` with 2 replicas is released (`nx run soak:k8s-deploy`) and rolled back (`nx run soak:rollback`) over and over, while requests reach it through the gateway and straight through its node port. Failed is an answer other than 2xx, a broken connection, a stream that was cut, and no answer for 10 s.',
        '',
        '| | |',
        '| --- | --- |',
        `| releases and rollbacks | ${count(figures.releases)} and ${count(figures.rollbacks)} |`,
        `| requests over kept connections (\`wrk\`) | ${count(requests.kept)} |`,
        `| requests over connections of their own | ${count(requests.fresh)} |`,
        `| requests that are answered after 2 s | ${count(requests.slow)} |`,
        `| streams of 10 s | ${count(requests.streams)} |`,
        `| **failed** | **${count(failed.length)}** |`,
        `| rollouts that did not end well | ${count(wrong.length)} |`,
        `| requests a second | ${count(Math.round(total / seconds))} |`,
        `| one release, one rollback, with Nx, under this load | ${rolloutSeconds.release.toFixed(1)} s, ${rolloutSeconds.rollback.toFixed(1)} s |`,
      ],
      wrong: [...failed, ...wrong],
    };
  },
  async door(soak) {
    const propagationMs = 10_000;
    const sizes = { requests: callsOr(1_000_000), kill: 'all', mostMinutes: size('minutes'), propagationMs } as const;
    const figures = await door(soak, sizes, progressOf('door'));
    const { examples, failed, wrong, problems } = figures;
    const others = failed + wrong - examples.length;
    return {
      command: `npm run soak -- door --requests=${sizes.requests}`,
      lines: doorSection(figures, propagationMs),
      wrong: [...examples, ...(others > 0 ? [`and ${count(others)} calls more`] : []), ...problems],
    };
  },
  async chaos(soak) {
    const full = {
      kill: 'all',
      suspend: 'all',
      network: [4_000, 25_000, 70_000],
      leader: 'all',
      webhook: twelfths,
      drain: twelfths,
      clocks: 12,
      restart: 2,
    } as const satisfies Record<Disturbance, unknown>;
    const wanted = only ? Object.fromEntries(only.map((name) => [name, full[name]])) : full;
    const figures = await chaos(soak, { sites: size('sites'), ...wanted }, progressOf('chaos'));
    const rows = disturbanceNames.map((name) => {
      const { rounds, lost, stuck, rolledBack } = figures.of[name];
      return `| ${disturbances[name]} | ${[rounds, lost.length, stuck.length, rolledBack.length].map(count).join(' | ')} |`;
    });
    const all = Object.values(figures.of);
    return {
      command: only ? `npm run soak -- chaos --only=${only.join(',')}` : 'npm run soak -- chaos',
      lines: [
        '## Deployers that die, and clusters that fail',
        '',
        'All deployers have the rights of the account that is shipped for them, and run the executors in a process of their own, without Nx. Meanwhile a request is sent every 0.1 s to each service, in turns through the gateway and straight.',
        '',
        '- **Killed**: a proxy before the API server ends the deployer after the n-th answer, which it never gets to see, for every n of a deploy and of a rollback. Then the same command is run again.',
        '- **Suspended** after every answer of a deploy, until another deployer has taken over its lock and deployed a newer build; it wakes then, and must write nothing any more.',
        '- **Network lost** in the middle of a rollout for 4 s and for 25 s, which a deployer waits for, and for 70 s, which it does not: it ends with a clear failure, and the same command goes on later.',
        '- **API server restarted**: the process is stopped during a deploy in every namespace, each at another point of it, and is away for about 10 s. kube-proxy, the controllers and the control plane of the gateway are started anew with it. Where there is only one API server, by themselves they watch it again up to 30 s later than deployers do, and until then requests are sent to pods that are gone, whatever replaced them: such a cluster may lose requests then, which were seen here, too, and are not counted in this row.',
        '- **etcd without a leader** for 5 s after every answer of a deploy: each request is answered 500 "etcdserver: leader changed", and every second one was done all the same.',
        '- **Admission webhook away** for 10 s, without which nothing may be written in the namespace (`failurePolicy: Fail`), also not the lock.',
        '- **Node drained**: all pods of the namespace are evicted, as the cluster has one node.',
        '- **Clocks**: two deployers run at once, one 10 minutes ahead and one 10 minutes behind, and both clocks are set by 20 minutes in the middle of the rollout.',
        '',
        '| | rounds | **lost requests** | **stuck** | **good releases rolled back** |',
        '| --- | --- | --- | --- | --- |',
        ...rows,
        '',
        'Stuck is a lock, a record that stays "running", a command that does not end well (or not when run again, where it was killed or cut off for long), an object of somebody else changed, a write by a deployer that another has taken over from.',
        '',
        '| | |',
        '| --- | --- |',
        `| answers of the API server in one deploy, in one rollback | ${figures.answers['k8s-deploy']}, ${figures.answers.rollback} |`,
        `| requests, lost | ${count(figures.requests)}, ${count(figures.lost.length)} |`,
        `| longest time of the command that is run again (a dead holder's lock is waited for 15 s) | ${figures.longestRecovery.toFixed(1)} s |`,
      ],
      wrong: [...figures.lost, ...all.flatMap(({ stuck }) => stuck), ...all.flatMap(({ rolledBack }) => rolledBack)],
    };
  },
  async race(soak) {
    const deployers = size('deployers');
    const figures = await race(soak, { deployers }, progressOf('race'));
    const { deployed, superseded, lost, wrong } = figures;
    return {
      command: `npm run soak -- race --deployers=${deployers}`,
      lines: [
        '## Deployers that race for one service',
        '',
        'All start at the same moment, each with a build of its own. Right is: deployed, or superseded by a newer one, with exit code 0; at the end the newest runs, no lock is left, and no older build was put in over a newer one.',
        '',
        '| | |',
        '| --- | --- |',
        `| deployers | ${count(deployers)} |`,
        `| deployed, superseded | ${deployed}, ${superseded} |`,
        `| **wrong outcomes** | **${count(wrong.length)}** |`,
        `| requests, lost | ${count(figures.requests)}, ${count(lost.length)} |`,
        `| all of it | ${figures.seconds.toFixed(0)} s |`,
      ],
      wrong: [...lost, ...wrong],
    };
  },
  async fuzz(soak) {
    const [cases, seed] = [size('cases'), size('seed')];
    const optionSets = Math.round(cases * 0.3);
    const figures = await fuzz(soak, { manifests: cases - optionSets, optionSets, seed }, progressOf('fuzz'));
    const { refused, wrong, changes } = figures;
    return {
      command: `npm run soak -- fuzz --cases=${cases} --seed=${seed}`,
      lines: [
        '## Nonsense',
        '',
        'Malformed manifests (made of those of a deployed service) and malformed option sets go through the commands, as far as the dry run of the real API server. A clear refusal exits with 2, says in a paragraph what and where, and has no stack.',
        '',
        '| | |',
        '| --- | --- |',
        `| manifests, option sets | ${count(figures.manifests)}, ${count(figures.optionSets)} |`,
        `| **clear refusals** | **${count(refused)}** |`,
        `| accepted, unclear, or answered with a stack | ${count(wrong.length)} |`,
        `| changes in the cluster or of the origin's tags | ${count(changes.length)} |`,
      ],
      wrong: [...wrong, ...changes],
    };
  },
};

await up();
for (const part of chosen) {
  const started = Date.now();
  const { command, lines, wrong } = await sectionOf(part);
  const minutes = ((Date.now() - started) / 60_000).toFixed(0);
  const shown = wrong.slice(0, 20).map((line) => `- \`${line.split('\n')[0]!.replaceAll('`', "'").slice(0, 300)}\``);
  const measured = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${minutes} minutes; ${describeMachine()}.`;
  const text = [...lines, '', ...(shown.length > 0 ? [...shown, ''] : []), measured].join('\n');
  if (part !== 'chaos' || only === undefined) writePart(part, text);
  console.log(`\n${text}`);
  for (const line of wrong) console.log(line);
  failures += wrong.length;
}
process.exitCode = failures === 0 ? 0 : 1;

async function sectionOf(part: Part): Promise<Section> {
  if (part === 'gateway') return gatewaySection({ rate: size('rate'), rounds: size('rounds') }, progressOf(part));
  const soak = await SoakWorkspace.create(part);
  return sections[part](soak).finally(() => soak.remove());
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function disturbanceNamed(name: string): Disturbance {
  const found = disturbanceNames.find((known) => known === name);
  if (found) return found;
  console.error(`There is no disturbance ${name}: they are ${disturbanceNames.join(', ')}.`);
  process.exit(2);
}
