import { typedDuration } from '../text/duration.ts';
import type { PlanId } from './plan-id.ts';
import type { PlannedWork } from './planned-work.ts';

/** Returns the command that shows what would be done now: `nx run orders:promote --to=prod --tag=20261124-1 --dry-run`. */
export function showCommand(work: PlannedWork): string {
  return `${commandOf(work)} --dry-run`;
}

/** Returns the command that does what was planned, and nothing else: `nx run orders:promote … --approve=plan-3f9a…`. */
export function approveCommand(work: PlannedWork, id: PlanId): string {
  return `${commandOf(work)} --approve=${id}`;
}

/** Returns the command that plans and does such work: `nx run orders:promote --from=preprod --to=prod --tag=20261124-1`. */
export function commandOf({
  action,
  service,
  environment,
  from,
  build,
  canary,
  options,
  retyped = [],
}: PlannedWork): string {
  const words = {
    deploy: [`${service}:k8s-deploy`, `--env=${environment}`],
    promote: [`${service}:promote`, `--from=${from}`, `--to=${environment}`],
    publish: [`${service}:api-publish`, `--env=${environment}`],
    provision: ['infrastructure:provision', `--env=${environment}`],
  }[action];
  const steps = canary?.steps.map((step) => `${step}%`).join(',');
  return [
    'nx run',
    ...words,
    // The very one: what is newer by then is not meant.
    ...(build === undefined ? [] : [`--tag=${build}`]),
    ...(steps === undefined ? [] : [`--canary=${steps}`]),
    ...(canary ? [`--pause=${typedDuration(canary.pauseMs)}`] : []),
    ...options,
    ...retyped,
  ].join(' ');
}
