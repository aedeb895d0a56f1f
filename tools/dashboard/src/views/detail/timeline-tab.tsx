import { describeDeployment } from '../../../../plugin/src/model/dashboard/activity.ts';
import type { ServicePage } from '../../../../plugin/src/model/dashboard/service-page.ts';
import { describeDuration } from '../../../../plugin/src/model/text/duration.ts';
import { exported } from '../../exported.ts';
import { CommitLink, Note, OuterLink, Table, Time } from './parts.tsx';
import { TimelineDrawing } from './timeline-drawing.tsx';

/** What ran from when to when, drawn and as a table. */
export function TimelineTab({ page }: { readonly page: ServicePage }) {
  const read = page.environments.flatMap((each) => (each.state === 'read' ? [each] : []));
  const deployments = read.flatMap((each) => each.deployments);
  const sorted = [...deployments].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  const cut = read.filter(({ isCut }) => isCut).map(({ environment }) => environment);
  return (
    <>
      {'unknown' in page.commits && <Note>Commits are not known: {page.commits.unknown}</Note>}
      {cut.length > 0 && (
        <Note>
          Older deployments are not {exported ? 'in this export' : 'kept'} in {cut.join(', ')}. The log still has them:{' '}
          <code>nx run {page.service}:history --limit=200</code>
        </Note>
      )}
      {deployments.length > 0 && <TimelineDrawing page={page} />}
      <Table
        caption={`Deployments of ${page.service}, newest first`}
        heads={['Deployment', 'Build', 'Commit', 'Began', 'Took', 'What happened', 'Run']}
        empty={`${page.service} was never deployed, where that is known. nx run ${page.service}:release releases it.`}
        rows={sorted.map((each) => [
          `${each.environment} #${each.sequence}`,
          <span class="d-build-number">{`${each.build}${each.isDirty ? '+dirty' : ''}`}</span>,
          <CommitLink id={each.commit} />,
          <Time iso={each.startedAt} now={page.now} />,
          each.finishedAt === undefined
            ? ''
            : describeDuration(Date.parse(each.finishedAt) - Date.parse(each.startedAt)),
          <>
            {describeDeployment(each)}
            {each.overrides?.map((option) => (
              <>
                {' '}
                <code>{option}</code>
              </>
            ))}
            {each.hold && ` (held up to ${each.hold.build} by ${each.hold.by})`}
          </>,
          <OuterLink href={each.run} />,
        ])}
      />
    </>
  );
}
