import type { Reporter } from '../../../../ports/reporter.ts';
import { status, type Status } from '../../../../use-cases/observe/status.ts';
import { watchStatus } from '../../../../use-cases/observe/watch-status.ts';
import { cellWithTroubles, statusFacts, statusGrid } from '../../output/describe-status.ts';
import { json, output } from '../../options/common-options.ts';
import { booleanOption } from '../../options/declare-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import { rejectSeveral } from '../../options/options.ts';
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
  async run({ env: environments, json: isJson, watch, output: file }, { services, branch, ports, reporter, signal }) {
    if (watch && file !== undefined) rejectSeveral(['watch', 'output'], 'show what runs where');
    const request = { environments, services, branch };
    const describe = (found: Status) =>
      isJson ? [JSON.stringify({ ...found, services: found.services.map(statusFacts) })] : statusGrid(found);
    if (!watch) return describe(await status(request, ports));
    let before: ReadonlyMap<string, readonly string[]> | undefined;
    for await (const found of watchStatus(request, ports, signal)) {
      const cells = cellsOf(found);
      if (!before || isJson) for (const line of describe(found)) console.log(line);
      else for (const [name, lines] of cells) sayNew(lines, before.get(name) ?? [], reporter(name));
      before = cells;
    }
    return [];
  },
});

/** What each cell of the grid says, and what is not as it should be there, by `orders in preprod`. */
function cellsOf({ services }: Status): Map<string, readonly string[]> {
  return new Map(
    services.flatMap(({ service, environments }) =>
      environments.map((found) => [`${service} in ${found.environment}`, cellWithTroubles(found)] as const),
    ),
  );
}

function sayNew(lines: readonly string[], before: readonly string[], { step }: Reporter): void {
  for (const line of lines) if (!before.includes(line)) step(line);
}
