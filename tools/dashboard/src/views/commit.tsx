import {
  describeWhereabouts,
  type CommitInEnvironment,
  type CommitPage,
} from '../../../plugin/src/model/dashboard/whereabouts.ts';
import { Answer, Command, Note, Table, Time, type ViewProps } from './detail/parts.tsx';
import { useAnswer } from './detail/use-answer.ts';

const marks: Readonly<Record<CommitInEnvironment['state'], string>> = {
  runs: '●',
  waits: '○',
  absent: '–',
  unknown: '?',
  unreachable: '?',
};

/** Where a commit has got to: `/commit/1a2b3c4`. */
export default function CommitView({ params }: ViewProps) {
  const id = params['id'] ?? '';
  const asked = useAnswer<CommitPage>(`/api/commits/${encodeURIComponent(id)}`);
  return (
    <article class="d-view">
      <h1>Where commit {id.slice(0, 12)} has got to</h1>
      <Answer asked={asked} doing="Looking for the commit">
        {({ commit, isMerge, environments, services, now }) => (
          <>
            <p>
              <code>{commit.id}</code>
              <br />
              {commit.subject}
              <br />
              {commit.author}, <Time iso={commit.date} now={now} />
            </p>
            {isMerge && <Note>A merge: all commits that it merged are looked for.</Note>}
            <p>
              <a href={`/graph?commit=${commit.id}`}>What it would release, and why</a>
            </p>
            <Services services={services} environments={environments} now={now} />
          </>
        )}
      </Answer>
      <Command text={`nx run infrastructure:where --commit=${id}`} />
    </article>
  );
}

function Services({ services, environments, now }: Pick<CommitPage, 'services' | 'environments' | 'now'>) {
  return (
    <Table
      caption="Services that it changes"
      heads={['Service', 'Released in', ...environments]}
      empty="It changes no service."
      rows={services.map(({ service, releasedIn, environments: found }) => [
        <a href={`/s/${encodeURIComponent(service)}`}>{service}</a>,
        releasedIn.length === 0
          ? 'not yet'
          : `${releasedIn[0]}${releasedIn.length > 1 ? ` and ${releasedIn.length - 1} later` : ''}`,
        ...found.map((each) => (
          <>
            {marks[each.state]} {describeWhereabouts(each)}
            {'since' in each && each.since !== undefined && (
              <>
                {' '}
                since <Time iso={each.since} now={now} />
              </>
            )}
          </>
        )),
      ])}
    />
  );
}
