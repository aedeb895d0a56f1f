import type { Reporter } from '../../../../ports/reporter.ts';
import { status, type Status } from '../../../../use-cases/observe/status.ts';
import { watchStatus } from '../../../../use-cases/observe/watch-status.ts';
import { cellWithTroubles, statusFacts, statusGrid } from '../../output/describe-status.ts';
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
  doing: 'tell what runs where',
  options: { env: stringOption, json: booleanOption, watch: booleanOption },
  async run({ env, json, watch }, { environments, services, branch, ports, reporter, signal }) {
    const asked = selectedEnvironments(environments, env);
    const request = { environments: asked, services, branch };
    const describe = (found: Status) =>
      json ? [JSON.stringify({ ...found, services: found.services.map(statusFacts) })] : statusGrid(found);
    if (!watch) return describe(await status(request, ports));
    let before: ReadonlyMap<string, readonly string[]> | undefined;
    for await (const found of watchStatus(request, ports, signal)) {
      const cells = cellsOf(found);
      if (!before || json) for (const line of describe(found)) console.log(line);
      else for (const [name, lines] of cells) sayNew(lines, before.get(name) ?? [], reporter(name));
      before = cells;
    }
    return [];
  },
};

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

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);
