import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of a second in `/proc`: Linux has had no others on these processors. */
const ticks = 100;

/** The processes of a command. */
export interface Usage {
  /** Seconds of processor time so far, of those that run. */
  readonly cpuSeconds: number;
  /** Megabytes that the largest of them has in memory now, and had at most. */
  readonly residentMegabytes: number;
  readonly peakMegabytes: number;
}

/** Returns what the processes use that this one started and whose command line has a word, with all that they started. */
export function usageOf(word: string): Usage {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(processOf);
  const found = new Set<number>();
  const isOurs = (pid: number): boolean => {
    const { parent } = all.find((each) => each.pid === pid) ?? {};
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  for (const { pid, command } of all) if (command.includes(word) && isOurs(pid)) found.add(pid);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  const ours = all.filter(({ pid }) => found.has(pid));
  // Nx asks plugins in processes of their own, which end when the graph is made.
  const staying = ours.filter(({ command }) => !command.includes('plugin-worker'));
  return {
    cpuSeconds: ours.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) / ticks,
    residentMegabytes: Math.max(0, ...staying.map(({ resident }) => resident)) / 1024,
    peakMegabytes: Math.max(0, ...staying.map(({ peak }) => peak)) / 1024,
  };
}

function processOf(name: string) {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    // The name in brackets may have blanks.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const status = readFileSync(`/proc/${name}/status`, 'utf8');
    const kilobytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return [
      {
        pid: Number(name),
        parent: fields[1]!,
        cpuTicks: fields[11]! + fields[12]!,
        resident: kilobytes('VmRSS'),
        peak: kilobytes('VmHWM'),
        command: readFileSync(`/proc/${name}/cmdline`, 'utf8'),
      },
    ];
  } catch {
    // It ended meanwhile.
    return [];
  }
}
