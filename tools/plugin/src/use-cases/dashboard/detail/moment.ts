import { momentCell, neighbouringEnds, type EnvironmentMoment, type Moment } from '../../../model/dashboard/moment.ts';
import { parseMoment } from '../../../model/dashboard/parse-moment.ts';
import type { ShownDeployment } from '../../../model/dashboard/service-page.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { groupByKey } from '../../../model/text/group-by-key.ts';
import type { DetailContext } from './detail-context.ts';
import type { DeploymentReader, RecordedDeployments } from './recorded-deployments.ts';

/** Returns what ran where at an instant, by the records that going back goes by, too. @throws {Refusal} for a bad time. */
export async function moment(text: string, context: DetailContext, reader: DeploymentReader): Promise<Moment> {
  const now = context.ports.clock();
  const at = text === 'now' ? now : readMoment(text, now);
  const environments = await context.environments();
  const read = await Promise.all(environments.map((each) => reader.read(each)));
  const all = read.flatMap((each) => ('reason' in each ? [] : each));
  return {
    at: at.toISOString(),
    now: now.toISOString(),
    ...neighbouringEnds(all, at),
    environments: environments.map((environment, index) => environmentMoment(environment, read[index]!, at)),
  };
}

function environmentMoment(environment: Environment, read: RecordedDeployments, at: Date): EnvironmentMoment {
  if ('reason' in read) return read;
  const byService = groupByKey(read.map((each) => [each.service, each] as const));
  const cells = [...byService].map(([service, deployments]) => {
    return [service, momentCell(newestFirst(deployments), at)] as const;
  });
  return {
    environment: environment.name,
    state: 'read',
    isProtected: environment.protected,
    services: Object.fromEntries(cells),
  };
}

/** Sorts deployments of one service to one environment. */
export function newestFirst(deployments: readonly ShownDeployment[]): ShownDeployment[] {
  return [...deployments].sort((a, b) => b.sequence - a.sequence);
}

/** `2026-11-24T12:30Z`. Without a zone nobody knows which moment is meant. */
function readMoment(text: string, now: Date): Date {
  const at = parseMoment(text);
  if (at && at <= now) return at;
  throw new Refusal({
    type: 'bad-option',
    doing: 'show what ran at a moment',
    reason: `${JSON.stringify(text.slice(0, 80))} is no moment that has passed.`,
    remedy: 'Give one such as 2026-11-24T12:30Z, with its zone.',
  });
}
