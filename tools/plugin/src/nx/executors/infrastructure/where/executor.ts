import { shortCommit } from '../../../../model/commits/commit.ts';
import { describeHold } from '../../../../model/rollback/hold.ts';
import { formatMoment } from '../../../../model/text/timestamp.ts';
import { textTable } from '../../../../model/text/text-table.ts';
import {
  where,
  type EnvironmentWhereabouts,
  type ServiceWhereabouts,
  type Whereabouts,
} from '../../../../use-cases/observe/where.ts';
import type { Shown } from '../../output/describe-status.ts';
import { unreachableLines } from '../../output/unreachable-lines.ts';
import { json, output } from '../../options/common-options.ts';
import { commitOption } from './commit-option.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-where',
  doing: 'find a commit',
  options: { commit: commitOption, json, output },
  examples: [{ command: 'nx run infrastructure:where --commit=1a2b3c4', description: 'Of a commit' }],
  async run({ commit, json: isJson }, { environments, services, ports, terminal }) {
    const found = await where({ commit, environments, services }, ports);
    return isJson ? [JSON.stringify(found)] : describe(found, { terminal, now: ports.clock() });
  },
});

function describe({ commit, isMerge, services }: Whereabouts, shown: Shown): string[] {
  const { id, date, author, subject } = commit;
  const head = `${shortCommit(id)} ${date.slice(0, 10)} ${author}: ${subject}`;
  if (services.length === 0) return [head, 'It changes no service.'];
  const names = services[0]!.environments.map(({ environment }) => environment);
  const rows = services.map((each) => [
    each.service,
    releasedText(each),
    ...each.environments.map((found) => cellText(found, shown)),
  ]);
  const held = services.flatMap(({ service, environments }) =>
    environments.flatMap((each) =>
      'hold' in each && each.hold ? [`${service}: ${describeHold(each.hold, each.environment)}`] : [],
    ),
  );
  return [
    ...[head, ...(isMerge ? ['A merge: all commits that it merged.'] : []), ''],
    ...textTable([['SERVICE', 'RELEASED IN', ...names], ...rows], shown.terminal.columns),
    ...held,
    ...unreachableLines(services[0]!.environments),
  ];
}

function releasedText({ releasedIn: [first, ...later] }: ServiceWhereabouts): string {
  if (!first) return 'not yet';
  return later.length === 0 ? first.toString() : `${first} and ${later.length} later`;
}

function cellText(found: EnvironmentWhereabouts, { terminal, now }: Shown): string {
  const { mark } = terminal;
  switch (found.state) {
    case 'absent':
      return '-';
    case 'unreachable':
      return '?';
    case 'unknown':
      return `? (${found.buildNumber ?? 'nothing known'} runs)`;
    case 'runs':
      return mark(
        'good',
        `runs in ${found.buildNumber}${found.since === undefined ? '' : ` since ${formatMoment(found.since, now)}`}`,
      );
    case 'waits':
      if (found.failed !== undefined) return mark('bad', `${found.failed} failed: ${found.buildNumber} runs`);
      return found.hold ? mark('bad', `HELD: ${found.buildNumber} runs`) : `waits: ${found.buildNumber} runs`;
  }
}
