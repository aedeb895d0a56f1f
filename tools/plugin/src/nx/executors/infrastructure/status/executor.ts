import { formatSecond } from '../../../../model/text/timestamp.ts';
import { status, type Status } from '../../../../use-cases/observe/status.ts';
import { watchStatus } from '../../../../use-cases/observe/watch-status.ts';
import { cellWithTroubles, statusFacts, statusGrid, type Shown } from '../../output/describe-status.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { selectedEnvironments } from '../../options/deploy-options.ts';
import { booleanOption, stringOption } from '../../options/options.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';

interface Options {
  readonly env: string | undefined;
  readonly json: boolean;
  readonly watch: boolean;
}

export const executor: InfrastructureExecutor<Options> = {
  doing: 'show what runs where',
  options: { env: stringOption, json: booleanOption, watch: booleanOption },
  async run({ env, json, watch }, { environments, services, branch, ports, terminal, signal }) {
    const asked = selectedEnvironments(environments, env);
    const request = { environments: asked, services, branch };
    const shown = () => ({ terminal, now: ports.clock() });
    const describe = (found: Status) =>
      json ? [JSON.stringify({ ...found, services: found.services.map(statusFacts) })] : statusGrid(found, shown());
    if (!watch) return describe(await status(request, ports));
    let before: ReadonlyMap<string, readonly string[]> | undefined;
    for await (const found of watchStatus(request, ports, signal)) {
      const cells = cellsOf(found, shown());
      if (!before || json) for (const line of describe(found)) console.log(line);
      else for (const [name, lines] of cells) printNew(name, lines, before.get(name) ?? [], ports.clock());
      if (!before && !json) console.log('\nwatching; press Ctrl-C to stop');
      before = cells;
    }
    return [];
  },
};

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

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);
