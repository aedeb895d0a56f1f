import type { AttentionItem } from '../../../plugin/src/model/dashboard/attention.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { nextSteps, type PlannedStep } from '../../../plugin/src/model/dashboard/next-steps.ts';
import { copyText } from '../copy.ts';
import { isLive } from '../store.ts';
import { commandsOf, wantPlan } from '../wanted-plan.ts';
import { changesHref, serviceHref } from './open-cell.ts';

const planned = { rollback: 'plan to go back', promote: 'plan to promote', release: 'plan to release' } as const;

/** The next steps of a row of the band: where to look, and a plan; where the page only shows, the command instead. */
export function BandSteps({ item, state }: { readonly item: AttentionItem; readonly state: DashboardState }) {
  const { service, environment } = item;
  const { see, plan } = nextSteps(item, state);
  const where = `${service} in ${environment}`;
  const href =
    see === 'changes'
      ? changesHref(service, environment)
      : `${serviceHref(service)}${see === 'objects' ? '/objects' : ''}`;
  return (
    <span class="band-steps">
      →{' '}
      <a href={href} aria-label={`see ${see} of ${where}`}>
        see
      </a>
      {plan && ', '}
      {plan &&
        (state.hasActions ? <PlanStep service={service} plan={plan} /> : <CommandStep service={service} plan={plan} />)}
    </span>
  );
}

interface StepProps {
  readonly service: string;
  readonly plan: PlannedStep;
}

function PlanStep({ service, plan }: StepProps) {
  return (
    <button
      type="button"
      disabled={!isLive.value}
      aria-label={`${planned[plan.action]}: ${service} in ${plan.to}`}
      onClick={() => wantPlan({ ...plan, services: [service] })}
    >
      {planned[plan.action]}
    </button>
  );
}

function CommandStep({ service, plan }: StepProps) {
  const [command = ''] = commandsOf({ ...plan, services: [service] });
  return (
    <button type="button" class="command" title="Copy" aria-label={`copy ${command}`} onClick={() => copyText(command)}>
      <code>{command}</code>
    </button>
  );
}
