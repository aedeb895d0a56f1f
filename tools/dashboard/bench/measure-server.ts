import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { DashboardState } from '../../plugin/src/model/dashboard/dashboard-state.ts';
import type { Environment } from '../../plugin/src/model/environment/environment.ts';
import { serviceName, type Size } from '../../bench/src/scale/shop.ts';
import type { RunningCommand } from '../../scratch-workspace/src/run-command.ts';
import type { ScratchWorkspace } from '../../scratch-workspace/src/scratch-workspace.ts';
import { Deployer } from './deployer.ts';
import { MeasuredPage } from './measured-page.ts';
import { usageOf } from './process-usage.ts';

const command = 'infrastructure:dashboard';
/** Milliseconds for which nothing happens while an idle server and page are measured. */
const idleMs = 30_000;
/** Milliseconds after which work that a change has caused is over. */
const settleMs = 3000;

/** What is measured of the command. */
export interface ServerFigures {
  /** Newest state, with all cells. */
  readonly state: DashboardState;
  /** Seconds from the start of the command until all environments have answered. */
  readonly secondsToAll: number;
  /** Shares of one processor. */
  readonly idleServer: number;
  readonly idlePage: number;
  /** Milliseconds from the last write of a deployment to its build on the screen, of each. */
  readonly toScreen: readonly number[];
  /** Seconds of processor time. */
  readonly cpuOfOne: number;
  readonly cpuOfMany: number;
  readonly many: number;
  readonly residentMegabytes: number;
  readonly peakMegabytes: number;
  /** Of Nx itself: the peak of a task that does nothing. */
  readonly idleNxMegabytes: number;
}

interface Measured {
  readonly workspace: ScratchWorkspace;
  readonly environments: readonly Environment[];
  readonly size: Size;
  readonly browser: Browser;
}

/** Measures the command as users start it, at a cluster, with a page that is open. */
export async function measureServer({ workspace, environments, size, browser }: Measured): Promise<ServerFigures> {
  const idleNxMegabytes = await peakOfIdle(workspace);
  const startedAt = performance.now();
  const running = await workspace.startNx(['run', command, '--open=false'], { ownGroup: true });
  try {
    const address = await addressOf(running);
    const page = await MeasuredPage.open(browser, address);
    await until(async () => isWhole(await page.state(), environments.length));
    const secondsToAll = (performance.now() - startedAt) / 1000;
    console.log(`all environments have answered after ${secondsToAll.toFixed(1)} s`);
    await settled();
    const deployer = await Deployer.enter(environments[0]!, workspace);
    const [toScreen, one] = await cpuDuring(async () => {
      const times: number[] = [];
      for (let index = 0; index < 5; index++) times.push(await deployAndSee(deployer, page, index));
      return times;
    });
    const many = Math.min(50, size.services - 5);
    const [, ofMany] = await cpuDuring(() => deployer.deployAll(Array.from({ length: many }, (_, index) => index + 5)));
    deployer.close();
    const before = usageOf(command);
    const idlePage = await page.idleShare(idleMs);
    const { cpuSeconds, residentMegabytes, peakMegabytes } = usageOf(command);
    const figures = {
      ...{ state: await page.state(), secondsToAll, idlePage, toScreen, many, residentMegabytes, peakMegabytes },
      ...{ idleNxMegabytes, cpuOfOne: one / toScreen.length, cpuOfMany: ofMany },
      idleServer: (cpuSeconds - before.cpuSeconds) / (idleMs / 1000),
    };
    await page.close();
    return figures;
  } finally {
    running.end('SIGINT');
    await running.ended;
  }
}

/** Puts the next release of a service in. @returns milliseconds from its last write to the screen. */
async function deployAndSee(deployer: Deployer, page: MeasuredPage, index: number): Promise<number> {
  const { environment } = deployer;
  const build = await deployer.deploy(index);
  const writtenAt = Date.now();
  return (await page.shows(`${serviceName(index)}|cell:${environment.name}`, build)) - writtenAt;
}

async function cpuDuring<T>(action: () => Promise<T>): Promise<[T, number]> {
  const before = usageOf(command).cpuSeconds;
  const result = await action();
  await settled();
  return [result, usageOf(command).cpuSeconds - before];
}

/** Waits until the command does nothing any more. */
async function settled(): Promise<void> {
  for (let before = -1; ;) {
    const { cpuSeconds } = usageOf(command);
    if (before >= 0 && cpuSeconds - before < 0.05 * (settleMs / 1000)) return;
    before = cpuSeconds;
    await pause(settleMs);
  }
}

function isWhole(state: DashboardState, environments: number): boolean {
  return (
    state.environments.filter(({ answer }) => answer.state === 'live').length === environments &&
    state.rows.some(({ gaps }) => Object.values(gaps).some(({ kind }) => kind === 'ahead'))
  );
}

async function addressOf(running: RunningCommand): Promise<string> {
  let address: string | undefined;
  await until(async () => {
    address = /http:\/\/127\.0\.0\.1:\d+\/#t=\S+/.exec(running.soFar())?.[0];
    return address !== undefined;
  });
  return address!;
}

async function peakOfIdle(workspace: ScratchWorkspace): Promise<number> {
  const running = await workspace.startNx(['run', 'infrastructure:idle']);
  let hasEnded = false;
  void running.ended.then(() => (hasEnded = true));
  const peaks: number[] = [];
  while (!hasEnded) {
    peaks.push(usageOf('infrastructure:idle').peakMegabytes);
    await pause(20);
  }
  return Math.max(...peaks);
}

async function until(is: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 300_000; !(await is()); await pause(100))
    if (Date.now() > end) throw new Error('The dashboard did not get there within 5 min.');
}
