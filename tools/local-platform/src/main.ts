import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ProductError, Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { parseCommandLine, usage, type PlatformCommand } from './command-line.ts';
import { platformFolders } from './folders.ts';
import { streamOutput } from './output.ts';
import { componentRecords, logFile } from './processes/component.ts';
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
      console.log((await down(output)) ? 'The platform is down.' : 'The platform was not up.');
      return 0;
    case 'status': {
      const found = await status();
      if (command.json) console.log(JSON.stringify(found ?? { running: false }));
      else
        console.log(
          found === undefined
            ? 'The platform is not up. Bring it up with `nx run local-platform:up`.'
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
    ['cluster', `Kubernetes ${found.kubernetes} (${found.provider})${found.running ? '' : ', NOT all of it running'}`],
    ['context', `${found.context}, also in ${found.kubeconfig}`],
    ['registry', found.registry],
    ['gateway', found.gateway],
    ['engine', found.engine],
    ['binaries', found.binaries],
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
        names.length === 0 ? 'the platform is not up.' : `it has no part of that name; it has ${names.join(', ')}.`,
      remedy: names.length === 0 ? 'Bring it up with `nx run local-platform:up`.' : 'Name one of these.',
    });
  }
  return new Promise((resolve) => {
    const lines = component === undefined ? '--lines=20' : '--lines=+1';
    spawn('tail', [lines, ...(follow ? ['--follow'] : []), ...files], { stdio: 'inherit' }).on('close', (code) =>
      resolve(code ?? 0),
    );
  });
}

/** The user wants it to stop. */
class Interrupted extends Error {}

/** Fires when the user wants to stop; the processes that were started to build things end with it. */
function interruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      say('stopped; run the same command again to go on from here');
      controller.abort(new Interrupted(name));
      // What was at work has a moment to tidy up after itself.
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
// Sockets of probes and children that stay may otherwise keep this process.
process.exit();
