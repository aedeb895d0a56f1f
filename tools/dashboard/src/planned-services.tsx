import type { PlannedCommit, PlannedService } from '../../plugin/src/model/dashboard/action-plan.ts';
import { copyText } from './copy.ts';

/** What a plan comes to, service by service: first what is lost, then what breaks, then what is gained. */
export function PlannedServices({ services }: { services: readonly PlannedService[] }) {
  return (
    <>
      {services.map((planned) => (
        <section key={planned.service} aria-label={planned.service}>
          <p class={planned.state === 'refused' ? 'is-alarm' : ''}>
            {planned.sentence} {planned.refusal?.remedy}
          </p>
          <Lines title="Lost" lines={planned.lost.map(commitLine)} isAlarm />
          <Lines title="May break clients" lines={planned.breaks} isAlarm />
          <Lines title="Warnings" lines={planned.warnings} isAlarm />
          <Lines title="Migrations that run" lines={planned.migrations} />
          <Lines title="Commits that come" lines={planned.gained.map(commitLine)} />
          <Lines title="Not known" lines={planned.unknown} />
          <Lines title="Changes" lines={planned.changes} />
          <Lines title="Checked" lines={planned.checks} />
          <p class="note">
            The same in a terminal: <code>{planned.refusal?.override ?? planned.command}</code>{' '}
            <button type="button" onClick={() => copyText(planned.refusal?.override ?? planned.command)}>
              Copy
            </button>
          </p>
        </section>
      ))}
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
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}

function commitLine({ id, author, subject }: PlannedCommit): string {
  return `${id.slice(0, 7)} ${subject} (${author})`;
}
