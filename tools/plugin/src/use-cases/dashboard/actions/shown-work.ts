import type { DeploymentSummary } from '../../../model/deploy/deployment-record.ts';
import { ProductError, Refusal } from '../../../model/errors/product-error.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Mark, ShownWork } from './action-context.ts';

/** Requires that what is about to be done is what was shown. @throws {Refusal} */
export function requireAsShown(
  doing: string,
  shown: readonly ShownWork[],
  about: { readonly environment: string; readonly newest: Mark | undefined; readonly fingerprint?: string },
): void {
  const work = shown.find(({ environment }) => environment === about.environment);
  if (!work) throw isAnother(doing, about.environment);
  requireSameMark(doing, about.environment, { shown: work.after, now: about.newest });
  const isSame =
    work.fingerprint === undefined || about.fingerprint === undefined || work.fingerprint === about.fingerprint;
  if (!isSame) throw isAnother(doing, about.environment);
}

/** Requires that the newest deployment is the one that was shown, and stands as it did. @throws {Refusal} */
export function requireSameMark(
  doing: string,
  environment: string,
  { shown, now }: { readonly shown: Mark | undefined; readonly now: Mark | undefined },
): void {
  if (shown?.sequence !== now?.sequence || shown?.outcome !== now?.outcome) throw isAnother(doing, environment);
}

function isAnother(doing: string, environment: string): Refusal {
  return planChanged(doing, `What would be done in ${environment} now is not what was shown.`);
}

/** Returns the refusal of a plan that holds no more. */
export function planChanged(doing: string, reason: string): Refusal {
  return new Refusal({ type: 'plan-changed', doing, reason, remedy: 'Look at the plan of now, and confirm that.' });
}

/** The deployments of a service that came after a plan was made. */
export interface SinceShown {
  readonly service: string;
  readonly shown: readonly ShownWork[];
}

/** Returns sentences on what was deployed since a plan was made: `grace promoted orders 20261126-1 to prod while you looked.` */
export async function deployedSince(
  { service, shown }: SinceShown,
  environments: readonly Environment[],
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<string[]> {
  const each = shown.map(async ({ environment: name, after }) => {
    const environment = environments.find((known) => known.name === name);
    if (!environment) return [`The environment ${name} is not there any more.`];
    const records = await recordsOf(service, environment, ports);
    const newer = records.filter(({ sequence }) => sequence > (after?.sequence ?? 0));
    const same = records.find(({ sequence }) => sequence === after?.sequence);
    const ended = same && same.outcome !== after?.outcome ? [endedLine(same, name)] : [];
    return [...newer.toReversed().map((record) => doneLine(record, name)), ...ended];
  });
  return (await Promise.all(each)).flat();
}

async function recordsOf(
  service: string,
  environment: Environment,
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<readonly DeploymentSummary[]> {
  try {
    return await (await ports.cluster(environment)).records(service);
  } catch (error) {
    // The plan of now says that it cannot be reached.
    if (error instanceof ProductError) return [];
    throw error;
  }
}

const verbs: Readonly<Record<DeploymentSummary['cause']['action'], readonly [string, string]>> = {
  deploy: ['deployed', 'to'],
  promote: ['promoted', 'to'],
  rollback: ['took', 'back into'],
  'automatic-rollback': ['automatically restored', 'in'],
};

function doneLine({ actor, cause, release, outcome }: DeploymentSummary, environment: string): string {
  const [verb, where] = verbs[cause.action];
  const ending = outcome === 'succeeded' ? '' : `, which ${outcome === 'running' ? 'is still running' : outcome}`;
  return `${actor.person} ${verb} ${release.service} ${release.buildNumber} ${where} ${environment} while you looked${ending}.`;
}

function endedLine({ release, outcome }: DeploymentSummary, environment: string): string {
  return `The deployment of ${release.service} ${release.buildNumber} to ${environment} ${outcome} while you looked.`;
}
