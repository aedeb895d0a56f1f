import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ActionPlan } from '../../plugin/src/model/dashboard/action-plan.ts';
import { CodedText } from './coded-text.tsx';
import { askPlan, type Refused } from './plan-wish.ts';
import { PlannedOne } from './planned-services.tsx';
import { Confirmation } from './plan/confirmation.tsx';
import { PlanTable } from './plan/plan-table.tsx';
import { commandsOf, wantedPlan, wantPlan, type WantedPlan } from './wanted-plan.ts';

/** A plan as it is shown, with what changed since the one before it. */
export interface Shown {
  readonly plan: ActionPlan;
  readonly changes: readonly string[];
}

/** Shows the plan of what somebody wants, as the server made it; what is confirmed is what is on the screen. */
export function PlanDialog({ wanted }: { wanted: WantedPlan }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [shown, setShown] = useState<Shown>();
  const [refused, setRefused] = useState<Refused>();
  const [asked, setAsked] = useState(0);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    const asking = new AbortController();
    setShown(undefined);
    setRefused(undefined);
    askPlan(wanted, asking.signal).then(
      (answer) => {
        // An answer to an older question is shown to nobody.
        if (asking.signal.aborted) return;
        if ('refused' in answer) setRefused(answer.refused);
        else setShown({ plan: answer, changes: [] });
      },
      (error: unknown) =>
        asking.signal.aborted || setRefused({ reason: `The server did not answer: ${String(error)}` }),
    );
    return () => asking.abort();
  }, [wanted, asked]);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="plan" onClose={() => (wantedPlan.value = undefined)} aria-labelledby="plan-title">
      <h2 id="plan-title">{shown?.plan.title ?? 'The plan'}</h2>
      {!shown && !refused && <p role="status">Asking what would be done: {subjectOf(wanted)} …</p>}
      {refused && <Refusal refused={refused} />}
      {shown ? (
        <Planned
          key={shown.plan.id}
          {...{ ...shown, wanted, close }}
          again={() => setAsked(asked + 1)}
          changed={setShown}
          refuse={setRefused}
        />
      ) : (
        <button type="button" onClick={close}>
          Cancel
        </button>
      )}
    </dialog>
  );
}

/** Commands, as long as they are few. */
function subjectOf(wanted: WantedPlan): string {
  const commands = commandsOf(wanted);
  return commands.length > 3 ? `${wanted.action} of ${commands.length} services to ${wanted.to}` : commands.join(', ');
}

interface PlannedProps extends Shown {
  readonly wanted: WantedPlan;
  close(): void;
  again(): void;
  changed(next: Shown): void;
  refuse(refused: Refused | undefined): void;
}

/** A plan, and its confirmation. Services that are taken out of it make another plan: this one is done as it is, or not at all. */
function Planned({ plan, changes, wanted, ...ways }: PlannedProps) {
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [isSent, setSent] = useState(false);
  const take = (service: string, isIn: boolean) =>
    setWithout(new Set(isIn ? [...without].filter((each) => each !== service) : [...without, service]));
  const left = wanted.services.filter((each) => !without.has(each));
  const isOne = plan.services.length === 1 && plan.command === undefined;
  return (
    <>
      <Changes changes={changes} />
      {isOne ? (
        plan.services.map((planned) => <PlannedOne key={planned.service} planned={planned} />)
      ) : (
        <PlanTable plan={plan} without={without} isSent={isSent} {...(wanted.at === undefined ? { take } : {})} />
      )}
      <p class="note">
        Recorded as {plan.by.person} ({plan.by.run}){plan.approvedBy ? `, approved by ${plan.approvedBy}` : ''}.
      </p>
      <Confirmation
        {...{ plan, isSent, setSent, ...ways }}
        left={without.size === 0 ? undefined : left.length}
        planLeft={() => wantPlan({ ...wanted, services: left })}
      />
    </>
  );
}

function Refusal({ refused: { reason, remedy } }: { refused: Refused }) {
  return (
    <p role="alert" class="is-alarm">
      <CodedText text={`${reason} ${remedy ?? ''}`} />
    </p>
  );
}

function Changes({ changes }: { changes: readonly string[] }) {
  if (changes.length === 0) return null;
  return (
    <div role="alert" class="is-alarm">
      <p>Nothing was done: it is no more what was shown. This is the plan of now.</p>
      <ul>
        {changes.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
