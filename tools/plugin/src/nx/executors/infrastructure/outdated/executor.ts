import { azureMatrix, shard, githubMatrix } from '../../../../model/ci/job-matrix.ts';
import { ciOf } from '../../../../model/ci/ci-run.ts';
import { textTable } from '../../../../model/text/text-table.ts';
import { affectedBase } from '../../../../use-cases/observe/affected-base.ts';
import { outdated, type Outdated } from '../../../../use-cases/observe/outdated.ts';
import { outputVariable } from '../../output/ci/output-variable.ts';
import { shortDigests } from '../../../../model/text/short-digests.ts';
import { json, output } from '../../options/common-options.ts';
import { booleanOption, countOption, formatOption } from '../../options/declare-options.ts';
import { automaticEnvironmentsOption } from '../../options/environment-options.ts';
import { lostServices, type LostService } from '../../running/lost-services.ts';
import { projectNameOf } from '../../running/service-names.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-outdated',
  doing: 'find what is outdated',
  options: {
    env: automaticEnvironmentsOption(),
    json,
    matrix: formatOption(
      'Set variables of the CI: a matrix of jobs, whether there is any, and the base for nx affected',
    ),
    // Nx would keep an option of the name `agents` to itself.
    jobs: countOption('Jobs of the matrix at most', { default: 4, least: 1, most: 100 }),
    offline: booleanOption('Ask no registry whether base images have moved'),
    output,
  },
  examples: [{ command: 'nx run infrastructure:outdated', description: 'In all automatic environments' }],
  async run(
    { env: environments, json: isJson, matrix, jobs, offline, output: file },
    { services, service, ports, terminal, workspace, workspaceRoot },
  ) {
    const remarks: string[] = [];
    const onRemark = (line: string) => void remarks.push(terminal.mark('caution', line));
    const asked = { environments, services: services.services.map(service), baseImages: !offline, onRemark };
    const found = await outdated(asked, ports);
    const projectOf = (name: string) => (workspace ? projectNameOf(workspace.projectGraph, name) : name);
    const lost = workspace ? lostServices(workspace, workspaceRoot) : [];
    if (isJson) return [JSON.stringify([...found, ...lostRows(lost, environments)])];
    const where = environments.map(({ name }) => name).join(', ');
    const rows = found.map(({ service: name, environment, reason }) => [name, environment, shortDigests(reason)]);
    const none = lost.map(({ service: name, reason }) => [name, 'none', terminal.mark('bad', reason)]);
    const table =
      found.length === 0 && lost.length === 0
        ? [terminal.mark('good', `${where} ${environments.length === 1 ? 'is' : 'are'} up to date with this commit.`)]
        : textTable([['SERVICE', 'ENVIRONMENT', 'WHY'], ...rows, ...none], terminal.columns);
    const lines = [...remarks, ...table, ...rebuildHint(toRebuild(found).map(projectOf))];
    return matrix
      ? tellCi(
          found,
          { jobs, projectOf },
          await affectedBase(found.filter(isReleased), ports),
          file === undefined ? lines : [],
        )
      : lines;
  },
});

/** Returns services that no command releases as such that are outdated everywhere; no matrix has them. */
export function lostRows(lost: readonly LostService[], environments: readonly { readonly name: string }[]) {
  return lost.flatMap(({ service, reason }) =>
    environments.map(({ name }) => ({ service, environment: name, isLater: false, reason, isLost: true })),
  );
}

/** Reports whether a `release` puts it right; of what is there on an old base image alone, it builds nothing. */
function isReleased({ movedBaseImages }: Outdated): boolean {
  return movedBaseImages === undefined;
}

/** Returns the services that only a rebuild brings up to date. */
function toRebuild(found: readonly Outdated[]): readonly string[] {
  const released = new Set(found.filter(isReleased).map(({ service }) => service));
  const others = found.filter((each) => !isReleased(each) && !each.isLater && !released.has(each.service));
  return [...new Set(others.map(({ service }) => service))].sort();
}

function rebuildHint(services: readonly string[]): readonly string[] {
  const [first, ...others] = services;
  if (first === undefined) return [];
  const command = others.length === 0 ? `run ${first}:release` : `run-many -t release -p ${services.join(',')}`;
  return [`To build on the base images as they are now: nx ${command} --rebuild`];
}

/** Sets the variables of the CI, with services by the names that Nx knows them by. Without variables or without a table, the result is one line of JSON. */
function tellCi(
  found: readonly Outdated[],
  { jobs, projectOf }: { readonly jobs: number; projectOf(service: string): string },
  base: string,
  table: readonly string[],
): readonly string[] {
  const toRelease = found.filter((each) => !each.isLater && isReleased(each)).map(({ service }) => service);
  const failed = [...new Set(found.flatMap(({ failedBuild }) => failedBuild ?? []))].join(',');
  const rebuild = toRebuild(found).map(projectOf).join(',');
  const shards = shard([...new Set(toRelease)].sort().map(projectOf), jobs);
  const services = ciOf(process.env) === 'azure' ? azureMatrix(shards) : githubMatrix(shards);
  const any = shards.length > 0;
  const others = { base, failed, ...(rebuild && { rebuild }) };
  const variables = { services: JSON.stringify(services), ...others, any: String(any) };
  const isReported = Object.entries(variables).map(([name, value]) => outputVariable(process.env, name, value));
  if (isReported.every(Boolean) && table.length > 0) return [...table, `Base for nx affected: ${base}`];
  return [JSON.stringify({ services: githubMatrix(shards).include, ...others, any })];
}
