#!/usr/bin/env node
// Runs Nx so that the exit codes of this plugin reach the shell, and what it says the terminal: with plugins in Nx's own
// process, and without its daemon, whatever nx.json and the environment say (docs/decisions/0003-exit-codes.md).
const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const nx = nxOf(process.cwd());
if (nx === undefined) {
  process.stderr.write(
    `Could not run Nx: There is none in ${process.cwd()} or above it.\n` +
      '  hint: Change to a workspace of Nx, and install its packages there.\n',
  );
  process.exitCode = 2;
} else {
  run(nx, process.argv.slice(2));
}

/** Returns the program that is Nx of the workspace that a folder is in, wherever this file lies itself. */
function nxOf(folder) {
  try {
    return require.resolve('nx/bin/nx.js', { paths: [folder] });
  } catch {
    return undefined;
  }
}

function run(program, args) {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: 'inherit',
    env: { ...process.env, NX_ISOLATE_PLUGINS: 'false', NX_DAEMON: 'false' },
  });
  // What a terminal sends, Nx has as well; what somebody sends to this process alone, it has not. Nx decides when to end.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`Could not run Nx: ${error.message}.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
