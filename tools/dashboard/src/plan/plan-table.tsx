import { useState } from 'preact/hooks';
import type { ActionPlan, PlannedService } from '../../../plugin/src/model/dashboard/action-plan.ts';
import { copyText } from '../copy.ts';
import { PlannedParts } from '../planned-services.tsx';
import './plan.css';

interface PlanTableProps {
  readonly plan: ActionPlan;
  /** Services that are taken out. */
  readonly without: ReadonlySet<string>;
  /** True while it is being confirmed: what is sent is not changed any more. */
  readonly isSent: boolean;
  /** Takes a service out, or in again; left out where that cannot be. */
  readonly take?: (service: string, isIn: boolean) => void;
}

/** A plan of several services: what it comes to in all, then what each would do, those that are refused first. */
export function PlanTable({ plan, without, isSent, take }: PlanTableProps) {
  const { services } = plan;
  const [refused, still, ready] = (['refused', 'nothing', 'ready'] as const).map((state) =>
    services.filter((each) => each.state === state),
  );
  return (
    <>
      <Sum refused={refused!} ready={ready!} isWhole={plan.command !== undefined} />
      <div class="plan-table" tabIndex={0} role="region" aria-label="What each service would do">
        <table>
          <thead>
            <tr>
              {take && <th scope="col">In</th>}
              <th scope="col">Service</th>
              <th scope="col">Plan</th>
            </tr>
          </thead>
          <tbody>
            {[...refused!, ...byWeight(ready!)].map((planned) => (
              <ServiceRow
                key={planned.service}
                planned={planned}
                isOut={without.has(planned.service)}
                {...{ isSent, take }}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Still services={still!} />
      {ready!.length > 0 && (
        <p class="note">
          {plan.stopsAtFailure
            ? 'Four at a time; after the first that fails none is begun.'
            : 'All at once; one that fails stops no other.'}
        </p>
      )}
      <Commands plan={plan} ready={ready!} />
    </>
  );
}

/** What is lost, breaks or migrates, in one sentence. */
function Sum({
  refused,
  ready,
  isWhole,
}: {
  refused: readonly PlannedService[];
  ready: readonly PlannedService[];
  isWhole: boolean;
}) {
  const count = (of: (planned: PlannedService) => readonly unknown[], one: string, many: string) => {
    const all = ready.reduce((sum, planned) => sum + of(planned).length, 0);
    return all === 0 ? [] : [`${all} ${all === 1 ? one : many}`];
  };
  const parts = [
    ...count(({ lost }) => lost, 'commit is lost', 'commits are lost'),
    ...count(({ breaks }) => breaks, 'change may break clients', 'changes may break clients'),
    ...count(({ migrations }) => migrations, 'migration runs', 'migrations run'),
    ...count(({ gained }) => gained, 'commit comes', 'commits come'),
  ];
  return (
    <>
      {refused.length > 0 && (
        <p class="is-alarm">
          {refused.length} refused
          {isWhole ? ': an environment rolls back as a whole, so nothing of it can be done.' : '.'}
        </p>
      )}
      {parts.length > 0 && <p>In all: {parts.join(' · ')}.</p>}
    </>
  );
}

interface ServiceRowProps {
  readonly planned: PlannedService;
  readonly isOut: boolean;
  readonly isSent: boolean;
  readonly take: PlanTableProps['take'];
}

function ServiceRow({ planned, isOut, isSent, take }: ServiceRowProps) {
  const [isOpen, setOpen] = useState(false);
  const { service, state, sentence, refusal } = planned;
  return (
    <tr class={isOut ? 'is-out' : ''}>
      {take && (
        <td>
          {state === 'ready' && (
            <input
              type="checkbox"
              aria-label={`${service} is in the plan`}
              checked={!isOut}
              disabled={isSent}
              onChange={({ currentTarget }) => take(service, currentTarget.checked)}
            />
          )}
        </td>
      )}
      <th scope="row">{service}</th>
      <td>
        <span class={state === 'refused' ? 'is-alarm' : ''}>
          {state === 'refused' && 'Refused: '}
          {sentence} {refusal?.remedy}
        </span>
        {refusal?.override !== undefined && (
          <span class="note">
            {' '}
            In a terminal: <code>{refusal.override}</code>
          </span>
        )}
        {state === 'ready' && (
          <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
            <summary>{marksOf(planned).join(' · ') || 'Details'}</summary>
            {isOpen && <PlannedParts planned={planned} />}
          </details>
        )}
      </td>
    </tr>
  );
}

function marksOf({ lost, breaks, migrations, gained, warnings }: PlannedService): string[] {
  const marks: readonly (readonly [readonly unknown[], string, string])[] = [
    [lost, 'lost', 'lost'],
    [breaks, 'may break clients', 'may break clients'],
    [migrations, 'migration', 'migrations'],
    [warnings, 'warning', 'warnings'],
    [gained, 'commit comes', 'commits come'],
  ];
  return marks.flatMap(([{ length }, one, many]) => (length === 0 ? [] : [`${length} ${length === 1 ? one : many}`]));
}

/** Those first that lose, break or migrate something; the others stay in their order. */
function byWeight(services: readonly PlannedService[]): PlannedService[] {
  const weight = ({ lost, breaks, migrations }: PlannedService) =>
    lost.length > 0 ? 0 : breaks.length > 0 ? 1 : migrations.length > 0 ? 2 : 3;
  return [...services].sort((a, b) => weight(a) - weight(b));
}

/** Services of which nothing is to be done. */
function Still({ services }: { services: readonly PlannedService[] }) {
  if (services.length === 0) return null;
  return (
    <details open={services.length <= 3}>
      <summary>{services.length === 1 ? '1 stays as it is' : `${services.length} stay as they are`}</summary>
      <ul>
        {services.map(({ service, sentence }) => (
          <li key={service}>{sentence}</li>
        ))}
      </ul>
    </details>
  );
}

function Commands({ plan, ready }: { plan: ActionPlan; ready: readonly PlannedService[] }) {
  const text = plan.command ?? ready.map(({ command }) => command).join('\n');
  if (text === '') return null;
  return (
    <details>
      <summary>The same in a terminal</summary>
      <pre>{text}</pre>
      <button type="button" onClick={() => copyText(text)}>
        Copy
      </button>
    </details>
  );
}
