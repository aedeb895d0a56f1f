import type { PlannedCommit, PlannedService } from '../../plugin/src/model/dashboard/action-plan.ts';
import { CodedText } from './coded-text.tsx';
import { copyText } from './copy.ts';

/** What a plan of a service comes to: first what is lost, then what breaks, then what is gained. */
export function PlannedOne({ planned }: { planned: PlannedService }) {
  const { service, state, sentence, refusal } = planned;
  return (
    <section aria-label={service}>
      <p class={state === 'refused' ? 'is-alarm' : ''}>
        <CodedText text={`${sentence} ${refusal?.remedy ?? ''}`} />
      </p>
      <PlannedParts planned={planned} />
      <p class="note">
        The same in a terminal: <code>{refusal?.override ?? planned.command}</code>{' '}
        <button type="button" onClick={() => copyText(refusal?.override ?? planned.command)}>
          Copy
        </button>
      </p>
    </section>
  );
}

/** The parts of a service's plan, in the order of what matters most. */
export function PlannedParts({ planned }: { planned: PlannedService }) {
  return (
    <>
      <Lines title="Lost" lines={planned.lost.map(commitLine)} isAlarm />
      <Lines title="May break clients" lines={planned.breaks} isAlarm />
      <Lines title="Warnings" lines={planned.warnings} isAlarm />
      <Lines title="Migrations that run" lines={planned.migrations} />
      <Lines title="Commits that come" lines={planned.gained.map(commitLine)} />
      <Lines title="Not known" lines={planned.unknown} />
      <Lines title="Changes" lines={planned.changes} />
      <Lines title="Checked" lines={planned.checks} />
    </>
  );
}

function Lines({ title, lines, isAlarm }: { title: string; lines: readonly string[]; isAlarm?: boolean }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h3 class={isAlarm ? 'is-alarm' : ''}>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>
            <CodedText text={line} />
          </li>
        ))}
      </ul>
    </>
  );
}

function commitLine({ id, author, subject }: PlannedCommit): string {
  return `${id.slice(0, 7)} ${subject} (${author})`;
}
