import { describeHold } from '../../model/hold.ts';
import { textTable } from '../../model/text-table.ts';
import { status, type EnvironmentStatus } from '../../release/status.ts';
import { environmentNamed } from '../../workspace/environments.ts';
import { flag, optionalText } from '../options.ts';
import { recordFacts } from '../record-facts.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly json: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'tell the status of',
  options: () => ({ env: optionalText, json: flag }),
  async run({ env, json }, { service, environments, ports }) {
    const asked = env === undefined ? environments : [environmentNamed(environments, env)];
    const found = await status(service.name, asked, ports);
    if (json) return [JSON.stringify({ service: service.name, environments: found.map(facts) })];
    const header = ['SERVICE', 'ENVIRONMENT', 'BUILD', 'COMMIT', 'IMAGE', 'PODS READY', 'LAST DEPLOYMENT'];
    const holds = found.flatMap((each) =>
      each.state === 'running' && each.hold ? [`Held in ${each.environment}: ${describeHold(each.hold)}`] : [],
    );
    return [...textTable([header, ...found.map((each) => row(service.name, each))]), ...holds];
  },
};

function row(service: string, found: EnvironmentStatus): string[] {
  if (found.state === 'absent') return [service, found.environment, '-', '-', '-', '-', 'not deployed'];
  if (found.state === 'unreachable') return [service, found.environment, '?', '?', '?', '?', found.reason];
  const { running, record } = found;
  return [
    service,
    found.environment,
    running.buildNumber ?? '?',
    running.commit?.slice(0, 12) ?? '?',
    running.digests.map((digest) => digest.slice(0, 19)).join(' ') || '?',
    `${running.podsReady} of ${running.podsWanted}`,
    record
      ? `${record.cause.action} ${record.outcome} ${record.finishedAt ?? record.startedAt} by ${record.actor.person}`
      : 'no record',
  ];
}

/** For scripts: full names, and of the record what tells of it without its manifests. */
function facts(found: EnvironmentStatus): object {
  if (found.state !== 'running') return found;
  const { environment, state, running, record } = found;
  if (!record) return { environment, state, ...running };
  const { hold } = found;
  return { environment, state, ...running, deployment: recordFacts(record), ...(hold ? { hold } : {}) };
}

export default singleOf(executor);
export const batch = batchOf(executor);
