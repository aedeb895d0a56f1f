import { describeDeployment, filterActivity, type Activity } from '../../../plugin/src/model/dashboard/activity.ts';
import { Answer, CommitLink, goTo, NotReachedNote, Note, Table, Time, type ViewProps } from './detail/parts.tsx';
import { useAnswer } from './detail/use-answer.ts';

/** Rows that are drawn: more than anybody reads, and few enough for each keystroke of the filter. */
const mostDrawn = 200;
const outcomes = ['succeeded', 'running', 'failed', 'cancelled', 'abandoned'];

/** Deployments of all services by time: `/activity?q=orders&env=prod&outcome=failed`. */
export default function ActivityView({ query }: ViewProps) {
  const asked = useAnswer<Activity>('/api/activity');
  const filter = {
    text: query.get('q') ?? '',
    environment: query.get('env') ?? '',
    outcome: query.get('outcome') ?? '',
  };
  return (
    <article class="d-view">
      <h1>Activity</h1>
      <Answer asked={asked} doing="Reading what happened">
        {({ deployments, environments, unreachable, more, now }) => {
          const found = filterActivity(deployments, filter);
          return (
            <>
              {unreachable.map((each) => (
                <NotReachedNote key={each.environment} {...each} />
              ))}
              <Filter query={query} environments={environments} />
              <p role="status">
                {found.length} of {deployments.length} deployments
                {found.length > mostDrawn && `, of which the newest ${mostDrawn} are shown: filter for others`}
              </p>
              <Deployments deployments={found.slice(0, mostDrawn)} isNothing={deployments.length === 0} now={now} />
              {more > 0 && (
                <Note>
                  {more} older ones are recorded, too: <code>nx run SERVICE:history</code> shows those of a service.
                </Note>
              )}
            </>
          );
        }}
      </Answer>
    </article>
  );
}

function Filter({
  query,
  environments,
}: {
  readonly query: URLSearchParams;
  readonly environments: readonly string[];
}) {
  const set = (key: string, value: string, isTyping = false) => {
    const next = new URLSearchParams(query);
    if (value === '') next.delete(key);
    else next.set(key, value);
    goTo(`/activity${next.size > 0 ? `?${next}` : ''}`, isTyping);
  };
  return (
    <form class="d-pickers" role="search" onSubmit={(event) => event.preventDefault()}>
      <label>
        Filter{' '}
        <input
          type="search"
          value={query.get('q') ?? ''}
          onInput={(event) => set('q', event.currentTarget.value, true)}
        />
      </label>
      <Choice
        name="Environment"
        value={query.get('env') ?? ''}
        of={environments}
        onChoose={(value) => set('env', value)}
      />
      <Choice
        name="Outcome"
        value={query.get('outcome') ?? ''}
        of={outcomes}
        onChoose={(value) => set('outcome', value)}
      />
    </form>
  );
}

function Choice(props: {
  readonly name: string;
  readonly value: string;
  readonly of: readonly string[];
  readonly onChoose: (value: string) => void;
}) {
  return (
    <label>
      {props.name}{' '}
      <select value={props.value} onChange={(event) => props.onChoose(event.currentTarget.value)}>
        <option value="">all</option>
        {props.of.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

function Deployments(props: {
  readonly deployments: Activity['deployments'];
  readonly isNothing: boolean;
  readonly now: string;
}) {
  return (
    <Table
      caption="Deployments, newest first"
      heads={['What happened', 'When', 'Commit']}
      empty={props.isNothing ? 'Nothing was deployed yet.' : 'No deployment matches the filter.'}
      rows={props.deployments.map((each) => [
        <a href={`/s/${encodeURIComponent(each.service)}`}>{describeDeployment(each)}</a>,
        <Time iso={each.startedAt} now={props.now} />,
        <CommitLink id={each.commit} />,
      ])}
    />
  );
}
