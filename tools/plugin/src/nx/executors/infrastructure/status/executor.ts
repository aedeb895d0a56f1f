import { formatSecond } from '../../../../model/text/timestamp.ts';
import { status, type Status } from '../../../../use-cases/observe/status.ts';
import { watchStatus } from '../../../../use-cases/observe/watch-status.ts';
import { cellWithTroubles, statusFacts, statusGrid, type Shown } from '../../output/describe-status.ts';
import { json, output } from '../../options/common-options.ts';
import { booleanOption } from '../../options/declare-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import { rejectSeveral } from '../../options/options.ts';
import { lostServices } from '../../running/lost-services.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-status',
  doing: 'show what runs where',
  options: {
    env: allEnvironmentsOption(),
    json,
    watch: booleanOption('Continue, and show changes until it is stopped'),
    output,
  },
  examples: [
    { command: 'nx run infrastructure:status', description: 'All services in all environments' },
    { command: 'nx run infrastructure:status --env=prod --json --output=prod.json', description: 'For a script' },
  ],
  async run({ env: environments, json: isJson, watch, output: file }, run) {
    const { services, branch, ports, terminal, signal, workspace, workspaceRoot } = run;
    if (watch && file !== undefined) rejectSeveral(['watch', 'output'], 'show what runs where');
    const request = { environments, services, branch };
    const shown = () => ({ terminal, now: ports.clock() });
    const lost = workspace ? lostServices(workspace, workspaceRoot) : [];
    const describe = (found: Status) =>
      isJson
        ? [JSON.stringify({ ...found, services: found.services.map(statusFacts), lost })]
        : statusGrid(found, { ...shown(), lost });
    if (!watch) return describe(await status(request, ports));
    let before: ReadonlyMap<string, readonly string[]> | undefined;
    for await (const found of watchStatus(request, ports, signal)) {
      const cells = cellsOf(found, shown());
      if (!before || isJson) for (const line of describe(found)) console.log(line);
      else for (const [name, lines] of cells) printNew(name, lines, before.get(name) ?? [], ports.clock());
      if (!before && !isJson) console.log('\nwatching; press Ctrl-C to stop');
      before = cells;
    }
    return [];
  },
});

/** The text of each cell of the grid, and what is not as it should be there, by `orders in preprod`. */
function cellsOf({ services }: Status, shown: Shown): Map<string, readonly string[]> {
  return new Map(
    services.flatMap(({ service, environments }) =>
      environments.map((found) => [`${service} in ${found.environment}`, cellWithTroubles(found, shown)] as const),
    ),
  );
}

/** Prints the lines that were not there before, after the time of day. How long ago something was is no news. */
function printNew(name: string, lines: readonly string[], before: readonly string[], now: Date): void {
  const known = new Set(before.map(withoutAge));
  const time = formatSecond(now.toISOString()).split(' ')[1];
  for (const line of lines) if (!known.has(withoutAge(line))) console.log(`${time}  ${name}  ${line}`);
}

function withoutAge(line: string): string {
  return line.replaceAll(/ \((just now|\d+ \w+ ago)\)/g, '');
}
