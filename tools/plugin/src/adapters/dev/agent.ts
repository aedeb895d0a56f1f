import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { agentMark } from '../../model/dev/agent-lines.ts';
import { NodeRunner } from './node-runner.ts';

/**
 * The program of a pod for development: it starts the bundle that lies in the mounted workspace, and starts it again whenever
 * the developer's machine says that there is a new one. Arguments: the file that says so, the folder to run in, and those
 * of Node.js. Files are looked at: changes that another machine makes are told by no system.
 */
const [touched = '', cwd = '.', inspect, ...argv] = process.argv.slice(2);
/** Milliseconds. */
const lookAgain = 100;

const say = (line: string) => process.stdout.write(`${line}\n`);
const runner = new NodeRunner({ argv, cwd, variables: process.env as Record<string, string> }, inspect === 'inspect', {
  onLine: say,
  onReady: (milliseconds) => say(`${agentMark.ready} ${milliseconds}`),
  onEnded: (how, goesOn) => say(`${goesOn ? agentMark.endedBefore : agentMark.ended} ${how}`),
  onInspector: (url) => say(`${agentMark.inspector} ${url}`),
  onLeaving: (url) => say(`${agentMark.leaving} ${url ?? ''}`),
});

const ports = [
  [process.env['PORT'] ?? '8080', runner.gate],
  [process.env['METRICS_PORT'] ?? '9464', runner.metricsGate],
] as const;
for (const [port, gate] of ports) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (connection) => {
    connection.on('error', () => connection.destroy());
    gate.take(connection);
  });
  server.listen(Number(port));
}

let known = '';
setInterval(() => {
  let said: string;
  try {
    said = readFileSync(touched, 'utf8');
  } catch {
    // No bundle yet; or the sources are gone, and so is whoever develops here.
    if (known === '') return;
    return void runner.stop().then(() => process.exit(0));
  }
  if (said === known) return;
  known = said;
  void runner.reload();
}, lookAgain);

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void runner.stop().then(() => process.exit(0)));
