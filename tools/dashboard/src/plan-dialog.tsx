import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ActionPlan } from '../../plugin/src/model/dashboard/action-plan.ts';
import { askPlan, confirmPlan, type Refused } from './plan-wish.ts';
import { PlannedServices } from './planned-services.tsx';
import { isLive, now } from './store.ts';
import { commandsOf, wantedPlan, type WantedPlan } from './wanted-plan.ts';

/** A plan as it is shown, with what changed since the one before it. */
interface Shown {
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
      (answer) => ('refused' in answer ? setRefused(answer.refused) : setShown({ plan: answer, changes: [] })),
      // An answer to an older question is shown to nobody.
      (error: unknown) =>
        asking.signal.aborted || setRefused({ reason: `The server did not answer: ${String(error)}` }),
    );
    return () => asking.abort();
  }, [wanted, asked]);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="plan" onClose={() => (wantedPlan.value = undefined)} aria-labelledby="plan-title">
      <h2 id="plan-title">{shown?.plan.title ?? 'The plan'}</h2>
      {!shown && !refused && <p role="status">Asking what would be done: {commandsOf(wanted).join(', ')} …</p>}
      {refused && <Refusal refused={refused} />}
      {shown && <PlanText {...shown} />}
      {shown ? (
        <Confirmation
          key={shown.plan.id}
          plan={shown.plan}
          close={close}
          again={() => setAsked(asked + 1)}
          changed={(next) => setShown(next)}
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

function Refusal({ refused: { reason, remedy } }: { refused: Refused }) {
  return (
    <p role="alert" class="is-alarm">
      {reason} {remedy}
    </p>
  );
}

function PlanText({ plan, changes }: Shown) {
  return (
    <>
      {changes.length > 0 && (
        <div role="alert" class="is-alarm">
          <p>Nothing was done: it is no more what was shown. This is the plan of now.</p>
          <ul>
            {changes.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
      <PlannedServices services={plan.services} />
      <p class="note">
        Recorded as {plan.by.person} ({plan.by.run}){plan.approvedBy ? `, approved by ${plan.approvedBy}` : ''}.
      </p>
    </>
  );
}

interface ConfirmationProps {
  readonly plan: ActionPlan;
  close(): void;
  again(): void;
  changed(next: Shown): void;
  refuse(refused: Refused | undefined): void;
}

/** The fields that a plan asks for, and the button that says what it does. The focus begins at Cancel. */
function Confirmation({ plan, close, again, changed, refuse }: ConfirmationProps) {
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [isSent, setSent] = useState(false);
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current?.focus(), []);
  const isOld = now.value.getTime() >= Date.parse(plan.expiresAt);
  const isComplete = (!plan.typed || typed === plan.typed.text) && (!plan.needsReason || reason.trim() !== '');
  const confirm = async () => {
    setSent(true);
    refuse(undefined);
    const answer = await confirmPlan(plan.id, typed, reason);
    setSent(false);
    if (answer.kind === 'begun') close();
    else if (answer.kind === 'changed') changed(answer);
    else refuse(answer.refused);
  };
  return (
    <form method="dialog" onSubmit={(event) => event.preventDefault()}>
      {plan.isReady && <Fields plan={plan} typed={typed} setTyped={setTyped} reason={reason} setReason={setReason} />}
      {isOld && <p role="alert">This plan is older than two minutes.</p>}
      <button ref={cancel} type="button" onClick={close}>
        Cancel
      </button>{' '}
      {isOld ? (
        <button type="button" onClick={again}>
          Plan again
        </button>
      ) : (
        plan.isReady && (
          <button
            type="button"
            class="confirm"
            disabled={!isComplete || isSent || !isLive.value}
            onClick={() => void confirm()}
          >
            {plan.button}
          </button>
        )
      )}
    </form>
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
