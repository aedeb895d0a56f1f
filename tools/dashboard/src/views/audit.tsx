import { useState } from 'preact/hooks';
import { filterSubjects, type AuditedSubject, type AuditPage } from '../../../plugin/src/model/dashboard/audit-page.ts';
import { describeAudited } from '../../../plugin/src/model/observe/audited.ts';
import { CodedText } from '../coded-text.tsx';
import { Answer, Command, goTo, Table, Time, type ViewProps } from './detail/parts.tsx';
import { useAnswer } from './detail/use-answer.ts';

/** Subjects that are drawn; the filter leads to others. */
const mostDrawn = 200;

/** On what the witnesses of releases and deployments do not agree: `/audit?q=preprod`. */
export default function AuditView({ query }: ViewProps) {
  const [after, setAfter] = useState('');
  const asked = useAnswer<AuditPage>(`/api/audit${after === '' ? '' : `?${new URLSearchParams({ after })}`}`);
  return (
    <article class="d-view">
      <h1>Audit</h1>
      <Answer
        asked={asked}
        doing="Comparing git tags, images, records and clusters; of many releases that takes minutes"
      >
        {(page) => (
          <>
            {describeAudited(page).map((line) => (
              <p key={line}>{line}</p>
            ))}
            <p>
              As of <Time iso={page.auditedAt} now={page.now} />.{' '}
              <button type="button" onClick={() => setAfter(page.auditedAt)}>
                Audit again
              </button>
            </p>
            <Subjects subjects={page.subjects} text={query.get('q') ?? ''} />
          </>
        )}
      </Answer>
      <Command text="nx run infrastructure:audit" />
    </article>
  );
}

function Subjects({ subjects, text }: { readonly subjects: readonly AuditedSubject[]; readonly text: string }) {
  if (subjects.length === 0) return <p class="d-attention">All sources agree.</p>;
  const found = filterSubjects(subjects, text);
  const count = (of: readonly AuditedSubject[]) => of.reduce((sum, { findings }) => sum + findings.length, 0);
  const shown = found.slice(0, mostDrawn);
  return (
    <>
      <form class="d-pickers" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          Filter{' '}
          <input
            type="search"
            value={text}
            onInput={({ currentTarget: { value } }) =>
              goTo(`/audit${value === '' ? '' : `?${new URLSearchParams({ q: value })}`}`, true)
            }
          />
        </label>
      </form>
      <p role="status">
        {count(found)} of {count(subjects)} {count(subjects) === 1 ? 'difference' : 'differences'}
        {found.length > shown.length && `, of which those of ${shown.length} subjects are shown: filter for others`}
      </p>
      <Table
        caption="Differences by subject"
        heads={['Subject', 'What', 'Who says what', 'What to do']}
        empty="No difference matches the filter."
        rows={shown.flatMap(({ subject, findings }) =>
          findings.map(({ type, says, remedy }) => [
            subject,
            <span class="d-code">{type}</span>,
            <CodedText text={says} />,
            <CodedText text={remedy} />,
          ]),
        )}
      />
    </>
  );
}
