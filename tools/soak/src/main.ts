import { parseArgs } from 'node:util';
import { up } from '../../local-platform/src/platform.ts';
import { describeMachine } from '../../scratch-workspace/src/machine.ts';
import { chaos } from './chaos.ts';
import { fuzz } from './fuzz.ts';
import { load } from './load.ts';
import { progressOf } from './progress.ts';
import { race } from './race.ts';
import { parts, writePart, type Part } from './report.ts';
import { SoakWorkspace } from './soak-workspace.ts';

/** `npm run soak [-- load chaos race fuzz] [--releases=… --requests=…]`. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    releases: { type: 'string', default: '100' },
    requests: { type: 'string', default: '10000000' },
    minutes: { type: 'string', default: '120' },
    sites: { type: 'string', default: '6' },
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
const size = (name: keyof typeof values) => Number(values[name]);
let failures = 0;

/** A part's section, and its command. */
const sections: Readonly<
  Record<
    Part,
    (soak: SoakWorkspace) => Promise<{ command: string; lines: readonly string[]; wrong: readonly string[] }>
  >
> = {
  async load(soak) {
    const sizes = { releases: size('releases'), requests: size('requests'), mostMinutes: size('minutes') };
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
  async chaos(soak) {
    const figures = await chaos(
      soak,
      { kills: 'all', suspensions: 'all', sites: size('sites'), network: true },
      progressOf('chaos'),
    );
    return {
      command: 'npm run soak -- chaos',
      lines: [
        '## Deployers that die, and a network that is lost',
        '',
        'A proxy before the API server ends the deployer with SIGKILL after the n-th answer, which it never gets to see, for every n of a deploy and of a rollback (the executors in a process of their own, without Nx). Then the same command is run again. It is likewise suspended (SIGSTOP) after every answer of a deploy, until another deployer has taken over its lock and deployed a newer build, and wakes then: it must write nothing any more. All of them have the rights of the account that is shipped for deployers. Meanwhile a request is sent every 0.1 s, in turns through the gateway and straight. The network is lost for 4 s, which a deployer waits for, and for 25 s, which it does not: it ends with a clear failure, and the same command goes on later.',
        '',
        '| | |',
        '| --- | --- |',
        `| answers of the API server in one deploy, in one rollback | ${figures.answers['k8s-deploy']}, ${figures.answers.rollback} |`,
        `| deployers killed | ${count(figures.killed)} |`,
        `| deployers suspended while another took over | ${count(figures.suspended)} |`,
        `| times the network was lost in the middle of a rollout | ${count(figures.networkLosses)} |`,
        `| requests | ${count(figures.requests)} |`,
        `| **lost requests** | **${count(figures.lost.length)}** |`,
        `| **stuck** (a lock, a record that stays "running", a command that does not end well when run again, an object of somebody else changed, a write by a deployer that another has taken over from) | **${count(figures.stuck.length)}** |`,
        `| longest time of the command that is run again (a dead holder's lock is waited for 15 s) | ${figures.longestRecovery.toFixed(1)} s |`,
      ],
      wrong: [...figures.lost, ...figures.stuck],
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
  const soak = await SoakWorkspace.create(part);
  const { command, lines, wrong } = await sections[part](soak).finally(() => soak.remove());
  const minutes = ((Date.now() - started) / 60_000).toFixed(0);
  const shown = wrong.slice(0, 20).map((line) => `- \`${line.split('\n')[0]!.replaceAll('`', "'").slice(0, 300)}\``);
  const measured = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${minutes} minutes; ${describeMachine()}.`;
  const text = [...lines, '', ...(shown.length > 0 ? [...shown, ''] : []), measured].join('\n');
  writePart(part, text);
  console.log(`\n${text}`);
  for (const line of wrong) console.log(line);
  failures += wrong.length;
}
process.exitCode = failures === 0 ? 0 : 1;

function count(number: number): string {
  return number.toLocaleString('en');
}
