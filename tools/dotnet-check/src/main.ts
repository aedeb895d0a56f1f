import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { drainUnderLoad, isLossless } from './drain-load.ts';
import { checkObservation } from './observation.ts';
import { Points } from './points.ts';
import { RunningService } from './running-service.ts';
import { differences, foreignFiles, ServiceClone, sumsOf } from './service-clone.ts';

const usage = 'tsx tools/dotnet-check/src/main.ts WORKSPACE [SERVICE]';

/**
 * Proves a generated .NET service, where there is a .NET SDK: builds it from clones of its workspace, runs it and ends it
 * under load. Prints a line for each point, and ends with 1 when one falls short, and with 2 when nothing can be said.
 */
async function main([workspace = '', service = 'billing']: readonly string[]): Promise<number> {
  if (!existsSync(join(workspace, 'apps', service, 'project.json')))
    return refuse(`there is no service ${service} in ${workspace || 'no workspace'}`, usage);
  const { status, stdout } = spawnSync('dotnet', ['--version'], { cwd: workspace, encoding: 'utf8' });
  if (status !== 0)
    return refuse(
      'there is no .NET SDK that suits the workspace',
      'install .NET SDK 10, or run this where there is one',
    );
  console.log(`.NET SDK ${stdout.trim()}`);
  const work = mkdtempSync(join(tmpdir(), 'dotnet-check-'));
  try {
    return await check(resolve(workspace), service, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function refuse(reason: string, hint: string): 2 {
  console.error(`dotnet-check: ${reason}\n  hint: ${hint}`);
  return 2;
}

async function check(workspace: string, service: string, work: string): Promise<number> {
  const points = new Points();
  const here = ServiceClone.of(workspace, service, join(work, 'here'));
  for (const target of ['lint', 'test', 'build']) {
    const wrong = here.run(target);
    points.add(`${target} passes without a warning`, wrong === '', wrong);
  }
  // What cannot be built cannot be run either.
  if (!existsSync(here.dist)) return points.conclude();
  const there = elsewhere(workspace, service, join(work, 'a', 'longer', 'way'));
  const [mine, theirs] = [sumsOf(here.dist), sumsOf(there.dist)];
  const differing = differences(mine, theirs);
  points.add('two clones make the same bytes', differing.length === 0, differing.join(', '));
  const foreign = foreignFiles(theirs.keys());
  points.add('dist holds the build and nothing else', foreign.length === 0, foreign.join(', '));

  await during(RunningService.start(here.program(), 18300, join(work, '18300.log')), (running) =>
    checkObservation(running, points),
  );
  const slow = withLongRequests(here, service, join(work, 'slow'));
  for (const round of [1, 2, 3]) {
    const port = 18310 + 2 * round;
    await during(RunningService.start(slow.program(), port, join(work, `${port}.log`)), async (running) => {
      const drained = await drainUnderLoad(running);
      const { answered, lost, refused, told, ending, milliseconds } = drained;
      const figures = `${lost} lost of ${answered}, ${refused} refused, ${told} told, exit ${ending.code ?? ending.signal} after ${milliseconds} ms`;
      points.add(`SIGTERM under load loses nothing, round ${round}`, isLossless(drained), figures);
    });
  }
  return points.conclude();
}

/** Builds from another folder, commit and remote, over what an earlier build left. */
function elsewhere(workspace: string, service: string, root: string): ServiceClone {
  const clone = ServiceClone.of(workspace, service, root);
  clone.git('commit', '--quiet', '--allow-empty', '--message=chore: nothing');
  clone.git('remote', 'set-url', 'origin', 'https://github.com/example/shop.git');
  mkdirSync(clone.dist, { recursive: true });
  writeFileSync(join(clone.dist, 'Stale.dll'), '');
  clone.run('build');
  return clone;
}

/** Builds a copy that has a route whose requests take as long as they say. */
function withLongRequests(clone: ServiceClone, service: string, root: string): ServiceClone {
  cpSync(clone.root, root, { recursive: true });
  const copy = new ServiceClone(root, service);
  const program = join(copy.folder, 'Program.cs');
  const route =
    'app.MapGet("/slow/{ms:int}", async (int ms) =>\n{\n    await Task.Delay(ms);\n    return "slow";\n});\napp.Run();';
  writeFileSync(program, readFileSync(program, 'utf8').replace('app.Run();', route));
  copy.run('build');
  return copy;
}

/** Does something with a running service, and ends it whatever comes of that. */
async function during(start: Promise<RunningService>, use: (running: RunningService) => Promise<void>): Promise<void> {
  const running = await start;
  try {
    await use(running);
  } finally {
    running.kill();
    await running.ended;
  }
}

process.exitCode = await main(process.argv.slice(2));
