import { shortCommit } from '../../../../model/commits/commit.ts';
import { describeHold } from '../../../../model/rollback/hold.ts';
import { formatMoment } from '../../../../model/text/timestamp.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { textTable } from '../../../../model/text/text-table.ts';
import {
  where,
  type EnvironmentWhereabouts,
  type ServiceWhereabouts,
  type Whereabouts,
} from '../../../../use-cases/observe/where.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { booleanOption, stringOption } from '../../options/options.ts';
import type { Shown } from '../../output/describe-status.ts';
import { unreachableLines } from '../../output/unreachable-lines.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';

interface Options {
  readonly commit: string | undefined;
  readonly json: boolean;
}

export const executor: InfrastructureExecutor<Options> = {
  doing: 'find where a commit runs',
  options: { commit: commitText, json: booleanOption },
  async run({ commit, json }, { environments, services, ports, terminal }) {
    if (commit === undefined) throw whichCommit();
    const found = await where({ commit, environments, services }, ports);
    return json ? [JSON.stringify(found)] : describe(found, { terminal, now: ports.clock() });
  },
};

/** Nx makes a number of a name that has digits only, or an `e` among them: `12345e67`. */
function commitText(value: unknown, name: string, doing: string): string | undefined {
  if (typeof value !== 'number') return stringOption(value, name, doing);
  if (Number.isSafeInteger(value)) return String(value);
  throw new Refusal({
    type: 'bad-option',
    doing,
    reason: `--commit cannot be ${value}: Nx reads what was given as a number.`,
    remedy: 'Give more digits of its name.',
  });
}

function whichCommit(): Refusal {
  return new Refusal({
    type: 'which-commit',
    doing: 'find where a commit runs',
    reason: 'No commit is given.',
    remedy: 'Give one with --commit: its name (also cut short), a tag or a branch.',
  });
}

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
    ...[head, ...(isMerge ? ['A merge: what it brought.'] : []), ''],
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

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);
