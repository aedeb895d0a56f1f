import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ProductError, Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { parseCommandLine, usage, type PlatformCommand } from './command/command-line.ts';
import { platformFolders } from './storage/folders.ts';
import { streamOutput } from './command/output.ts';
import { componentRecords, logFile } from './components/component.ts';
import { down, status, up, type PlatformStatus } from './platform.ts';

const exitCodeNotRunning = 3;

async function main(command: PlatformCommand): Promise<number> {
  const output = streamOutput();
  switch (command.name) {
    case 'help':
      console.log(usage);
      return 0;
    case 'up': {
      const begun = Date.now();
      const result = await up({ ...command.options, output, signal: interruption(output.say) });
      if (command.json) console.log(JSON.stringify(result));
      else console.log(`${summaryOf(result)}\nup after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      return 0;
    }
    case 'down':
      console.log((await down(output)) ? 'The platform is stopped.' : 'The platform is not running.');
      return 0;
    case 'status': {
      const found = await status();
      if (command.json) console.log(JSON.stringify(found ?? { running: false }));
      else
        console.log(
          found === undefined
            ? 'The platform is not running. Start it with `nx run local-platform:up`.'
            : summaryOf(found),
        );
      return found?.running ? 0 : exitCodeNotRunning;
    }
    case 'logs':
      return showLogs(command.component, command.follow);
  }
}

function summaryOf(found: PlatformStatus): string {
  const facts = [
    ['cluster', `Kubernetes ${found.kubernetes} (${found.provider})${found.running ? '' : ', degraded'}`],
    ['context', `${found.context}, also in ${found.kubeconfig}`],
    ['registry', found.registry],
    ['gateway', found.gateway],
    ['engine', found.engine],
    ['binaries', found.binaries],
    ...(found.scope === 'minimal' ? [['scope', 'minimal; `nx run local-platform:up` adds the rest']] : []),
  ];
  const parts = found.components.map(
    ({ name, pid, healthy }) => `  ${healthy ? 'ok  ' : 'DOWN'}  ${name} (pid ${pid})`,
  );
  return [...facts.map(([name = '', text]) => `${name.padEnd(9)} ${text}`), ...parts].join('\n');
}

function showLogs(component: string | undefined, follow: boolean): Promise<number> {
  const folders = platformFolders();
  const names = componentRecords(folders).map(({ name }) => name);
  const chosen = component === undefined ? names : [component];
  const files = chosen.map((name) => logFile(folders, name)).filter((file) => existsSync(file));
  if (files.length === 0) {
    throw new Refusal({
      type: 'no-such-log',
      doing: `show the log of ${component ?? 'the platform'}`,
      reason:
        names.length === 0
          ? 'The platform is not running.'
          : `There is no component of that name; there are ${names.join(', ')}.`,
      remedy: names.length === 0 ? 'Start it with `nx run local-platform:up`.' : 'Name one of these.',
    });
  }
  return new Promise((resolve) => {
    const lines = component === undefined ? '--lines=20' : '--lines=+1';
    spawn('tail', [lines, ...(follow ? ['--follow'] : []), ...files], { stdio: 'inherit' }).on('close', (code) =>
      resolve(code ?? 0),
    );
  });
}

/** The reason of a signal that the user interrupted. */
class Interrupted extends Error {}

/** Returns a signal that fires when the user interrupts; the processes that build and download are killed by it. */
function interruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      say('interrupted; run the same command again to continue');
      controller.abort(new Interrupted(name));
      // Work in progress gets a moment to clean up.
      setTimeout(() => process.exit(130), 2000).unref();
    });
  }
  return controller.signal;
}

try {
  process.exitCode = await main(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  if (error instanceof Interrupted) {
    process.exitCode = 130;
  } else if (error instanceof ProductError) {
    console.error(error.explain());
    process.exitCode = error.exitCode;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
// Sockets of probes and the components, which stay, may keep this process alive otherwise.
process.exit();
