import { availableParallelism, loadavg } from 'node:os';
import { replaceSection } from '../../bench/src/page.ts';
import type { Size } from '../../bench/src/scale/shop.ts';
import { median } from '../../bench/src/timing.ts';
import { describeMachine } from '../../scratch-workspace/src/machine.ts';
import type { PageFigures } from './measure-page.ts';
import type { ServerFigures } from './measure-server.ts';

interface Figures {
  readonly size: Size;
  readonly server: ServerFigures;
  readonly page: PageFigures;
}

/** A line of the table. */
interface Line {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** What it may be at most; undefined where nothing is promised. */
  readonly limit?: number;
  readonly digits?: number;
  /** More about the figure. */
  readonly note?: string;
}

/** Writes what was measured into the page of benchmarks, with what it may be. */
export function writeFigures({ size, server, page }: Figures): void {
  const load = loadavg()[1]!;
  // The bench itself keeps a browser, a server and a cluster busy.
  const isLoaded = load > availableParallelism() + 2;
  replaceSection('dashboard', [
    '## Dashboard',
    '',
    `Made by \`npm run bench:dashboard\`. ${describeMachine()}; ${size.services} services, 3 environments, ${size.commits} commits; Chromium without a GPU. Cluster, server and browser share the machine${isLoaded ? `, which was **loaded by other work** meanwhile (load average ${load.toFixed(0)}): times are far longer than on a quiet one` : ''}.`,
    '',
    '| | measured | limit | |',
    '| --- | --- | --- | --- |',
    ...[...pageLines(page), ...serverLines(server)].map(describe),
    '',
    '“Worst” is the worst of all, the others are medians. The page is fed by the real server with made-up changes; the server is the whole command at the cluster, with one page open. A deployment writes a record, the objects and the end of the record, all of one new commit.',
  ]);
}

const worst = (values: readonly number[]) => Math.max(0, ...values);

function pageLines({
  gzipBytes,
  gzipBytesOfGraph,
  firstPaint,
  firstRows,
  keys,
  patches,
  steady,
  ...held
}: PageFigures): Line[] {
  const long = steady.frames.filter((each) => each > 50).length;
  return [
    {
      what: 'page, gzip',
      figure: gzipBytes / 1024,
      unit: 'KB',
      limit: 60,
      digits: 1,
      note: `${(gzipBytesOfGraph / 1024).toFixed(1)} KB more when a graph is drawn`,
    },
    { what: 'first paint', figure: median(firstPaint), unit: 'ms', limit: 1000 },
    { what: 'first rows after the data', figure: median(firstRows), unit: 'ms', limit: 400 },
    {
      what: 'a key in the filter, worst',
      figure: worst(keys),
      unit: 'ms',
      limit: 100,
      note: `median ${median(keys).toFixed(0)} ms`,
    },
    {
      what: 'a patch of 50 cells',
      figure: median(patches),
      unit: 'ms',
      limit: 50,
      note: `worst ${worst(patches).toFixed(0)} ms`,
    },
    { what: 'updates drawn a second, of 60', figure: steady.rate, unit: '', digits: 1 },
    { what: 'frames over 50 ms meanwhile', figure: long, unit: `of ${steady.frames.length}` },
    {
      what: 'a key in the filter meanwhile, worst',
      figure: worst(steady.keys),
      unit: 'ms',
      limit: 100,
      note: `median ${median(steady.keys).toFixed(0)} ms`,
    },
    {
      what: 'heap after 10,000 patches',
      figure: held.heapAfter,
      unit: 'MB',
      limit: 60,
      digits: 1,
      note: `${held.heapBefore.toFixed(1)} MB before; ${held.listenersAdded} listeners more`,
    },
  ];
}

function serverLines(server: ServerFigures): Line[] {
  const { toScreen, cpuOfOne, cpuOfMany, many, idlePage, idleServer, secondsToAll } = server;
  const own = server.residentMegabytes - server.idleNxMegabytes;
  return [
    { what: 'from the command to all environments on the screen', figure: secondsToAll, unit: 's', digits: 1 },
    {
      what: 'from the last write of a deployment to the screen, worst',
      figure: worst(toScreen),
      unit: 'ms',
      limit: 2000,
      note: `median ${median(toScreen).toFixed(0)} ms`,
    },
    { what: 'processor time of the server for a deployment alone', figure: cpuOfOne * 1000, unit: 'ms' },
    {
      what: `processor time of the server for each of ${many} deployments at once`,
      figure: (cpuOfMany / many) * 1000,
      unit: 'ms',
    },
    { what: 'idle server, of one core', figure: idleServer * 100, unit: '%', limit: 1, digits: 2 },
    { what: 'idle page, of one core', figure: idlePage * 100, unit: '%', limit: 1, digits: 2 },
    {
      what: 'resident memory of the largest process, beyond a task of Nx that does nothing',
      figure: own,
      unit: 'MB',
      limit: 150,
      note: `${server.residentMegabytes.toFixed(0)} MB, of which Nx ${server.idleNxMegabytes.toFixed(0)} MB; at most ${server.peakMegabytes.toFixed(0)} MB`,
    },
  ];
}

function describe({ what, figure, unit, limit, digits = 0, note = '' }: Line): string {
  const held = limit === undefined ? '' : figure <= limit ? 'holds' : '**exceeded**';
  const remarks = [held, note].filter((each) => each !== '').join('; ');
  return `| ${what} | ${figure.toFixed(digits)} ${unit} | ${limit === undefined ? '' : `${limit} ${unit}`} | ${remarks} |`;
}
