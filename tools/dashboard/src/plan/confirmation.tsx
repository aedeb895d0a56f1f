import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ActionPlan } from '../../../plugin/src/model/dashboard/action-plan.ts';
import { confirmPlan, type Refused } from '../plan-wish.ts';
import { isLive, now } from '../store.ts';

interface ConfirmationProps {
  readonly plan: ActionPlan;
  readonly isSent: boolean;
  setSent(isSent: boolean): void;
  /** Services that are left when others are taken out; undefined while none is. */
  readonly left: number | undefined;
  planLeft(): void;
  close(): void;
  again(): void;
  changed(next: { readonly plan: ActionPlan; readonly changes: readonly string[] }): void;
  refuse(refused: Refused | undefined): void;
}

/** The fields that a plan asks for, and the button that says what it does. The focus begins at Cancel. */
export function Confirmation({ plan, isSent, setSent, left, planLeft, ...ways }: ConfirmationProps) {
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current?.focus(), []);
  const isOld = !isSent && now.value.getTime() >= Date.parse(plan.expiresAt);
  const isComplete = (!plan.typed || typed === plan.typed.text) && (!plan.needsReason || reason.trim() !== '');
  const confirm = async () => {
    setSent(true);
    ways.refuse(undefined);
    const answer = await confirmPlan(plan.id, typed, reason);
    setSent(false);
    if (answer.kind === 'begun') ways.close();
    else if (answer.kind === 'changed') ways.changed(answer);
    else ways.refuse(answer.refused);
  };
  return (
    <form method="dialog" onSubmit={(event) => event.preventDefault()}>
      {plan.isReady && left === undefined && <Fields {...{ plan, typed, setTyped, reason, setReason }} />}
      <p role="status">{isSent && 'Comparing it with what is there now…'}</p>
      {isOld && <p role="alert">This plan is older than two minutes.</p>}
      <button ref={cancel} type="button" onClick={ways.close}>
        Cancel
      </button>{' '}
      {left !== undefined && <PlanLeft left={left} plan={planLeft} />}
      {left === undefined && isOld && (
        <button type="button" onClick={ways.again}>
          Plan again
        </button>
      )}
      {left === undefined && !isOld && plan.isReady && (
        <button
          type="button"
          class="confirm"
          disabled={!isComplete || isSent || !isLive.value}
          onClick={() => void confirm()}
        >
          {plan.button}
        </button>
      )}
    </form>
  );
}

/** Makes another plan, of the services that were not taken out. */
function PlanLeft({ left, plan }: { left: number; plan(): void }) {
  return (
    <button type="button" disabled={left === 0} onClick={plan}>
      {left === 1 ? 'Plan the one that is left' : `Plan the ${left} that are left`}
    </button>
  );
}

interface FieldsProps {
  readonly plan: ActionPlan;
  readonly typed: string;
  readonly reason: string;
  setTyped(text: string): void;
  setReason(text: string): void;
}

function Fields({ plan, typed, setTyped, reason, setReason }: FieldsProps) {
  return (
    <>
      {plan.typed && (
        <label>
          Type <strong>{plan.typed.text}</strong>: {plan.typed.reasons.join(' ')}{' '}
          <input
            name="typed"
            value={typed}
            autocomplete="off"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
      )}
      <label>
        Reason{plan.needsReason ? '' : ' (optional)'}{' '}
        <input
          name="reason"
          value={reason}
          maxLength={500}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </label>
    </>
  );
}
