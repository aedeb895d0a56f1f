import type { DeploymentRecord } from '../../../../model/deploy/deployment-record.ts';
import { describeDuration } from '../../../../model/text/duration.ts';
import { describeProbe } from '../../../../model/deploy/probe-result.ts';
import { textTable } from '../../../../model/text/text-table.ts';
import { history, type EnvironmentHistory } from '../../../../use-cases/observe/history.ts';
import { recordFacts } from '../../output/record-facts.ts';
import { json, output } from '../../options/common-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'history',
  verb: 'show the history of',
  options: { env: allEnvironmentsOption(), json, output },
  examples: [{ command: 'nx run orders:history --env=prod', description: 'What was deployed to prod' }],
  async run({ env: environments, json: isJson }, { service, ports }) {
    const found = await history(service.name, environments, ports);
    if (isJson) return [JSON.stringify({ service: service.name, environments: found.map(facts) })];
    return found.flatMap((each) => ['', `${service.name} in ${each.environment}`, ...table(each)]).slice(1);
  },
});

function table(found: EnvironmentHistory): string[] {
  if (found.state === 'unreachable') return [`  ${found.reason}`];
  if (found.records.length === 0) return ['  never deployed'];
  const header = ['#', 'BUILD', 'ACTION', 'OUTCOME', 'STARTED', 'TOOK', 'PERSON', 'RUN', 'REQUESTS MEANWHILE', 'WHY'];
  return textTable([header, ...found.records.map(row)]).map((line) => `  ${line}`);
}

function row({ sequence, release, cause, outcome, startedAt, finishedAt, actor, probe, reason }: DeploymentRecord) {
  const took = finishedAt === undefined ? '-' : describeDuration(Date.parse(finishedAt) - Date.parse(startedAt));
  const why = [cause.reason, reason].filter((text) => text !== undefined).join('; ');
  return [
    String(sequence),
    release.buildNumber.toString(),
    cause.action,
    outcome,
    startedAt.replace(/\.\d+Z$/, 'Z'),
    took,
    cause.approvedBy === undefined ? actor.person : `${actor.person}, approved by ${cause.approvedBy}`,
    actor.run,
    probe ? describeProbe(probe) : '-',
    why.replaceAll(/\s+/g, ' ').slice(0, 120),
  ];
}

/** For scripts: records without their manifests. */
function facts(found: EnvironmentHistory): object {
  return found.state === 'read' ? { ...found, records: found.records.map(recordFacts) } : found;
}
