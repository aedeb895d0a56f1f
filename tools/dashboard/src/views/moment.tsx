import {
  countDifferences,
  type EnvironmentMoment,
  type Moment,
  type MomentCell,
} from '../../../plugin/src/model/dashboard/moment.ts';
import { formatSecond } from '../../../plugin/src/model/text/timestamp.ts';
import { Answer, Command, goTo, NotReachedNote, Note, Table, Time, type ViewProps } from './detail/parts.tsx';
import { useAnswer } from './detail/use-answer.ts';
import { timeZone } from '../navigate.ts';
import { wantPlan } from '../wanted-plan.ts';

const minute = 60_000;

/** What ran where at an instant: `/at/2026-11-24T12:30Z`. */
export default function MomentView({ params, query }: ViewProps) {
  const time = params['time'] ?? 'now';
  const asked = useAnswer<Moment>(`/api/moments/${encodeURIComponent(time)}`, 150);
  return (
    <article class="d-view">
      <h1>What ran where</h1>
      <Answer asked={asked} doing="Reading what is recorded">
        {(moment) => (
          <>
            <Slider moment={moment} />
            <Cells moment={moment} isAll={query.get('show') === 'all'} />
          </>
        )}
      </Answer>
    </article>
  );
}

function hrefOf(iso: string): string {
  return `/at/${iso}${location.search}`;
}

function Slider({ moment: { at, now, oldest, previous, next } }: { readonly moment: Moment }) {
  const end = Date.parse(now);
  const start = Math.min(Date.parse(oldest ?? now), Date.parse(at)) - minute;
  const show = (value: string) => goTo(hrefOf(new Date(Math.min(Number(value), end)).toISOString()), true);
  return (
    <section aria-label="The moment" class="d-slider">
      <p aria-live="polite">
        <strong>
          <Time iso={at} now={now} />
        </strong>
      </p>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={formatSecond(at, timeZone.value)}
        min={start}
        max={end}
        step={minute}
        value={Date.parse(at)}
        onInput={(event) => show(event.currentTarget.value)}
      />
      <p>
        {previous === undefined ? (
          <span class="d-quiet">nothing recorded before</span>
        ) : (
          <a href={hrefOf(previous)}>‹ deployment before</a>
        )}{' '}
        {next !== undefined && <a href={hrefOf(next)}>deployment after ›</a>} <a href={hrefOf('now')}>now</a>
      </p>
      {oldest !== undefined && (
        <p class="d-quiet">
          Records begin at <Time iso={oldest} now={now} />; of each service the newest 20 are kept.
        </p>
      )}
    </section>
  );
}

function Cells({ moment, isAll }: { readonly moment: Moment; readonly isAll: boolean }) {
  const { environments, at } = moment;
  const read = environments.flatMap((each) => (each.state === 'read' ? [each] : []));
  const names = [...new Set(read.flatMap(({ services }) => Object.keys(services)))].sort();
  const differing = names.filter((name) => read.some(({ services }) => services[name]?.differs));
  const shown = isAll ? names : differing;
  return (
    <>
      {environments.map((each) =>
        each.state === 'unreachable' ? <NotReachedNote key={each.environment} {...each} /> : null,
      )}
      <p>
        {differing.length} of {names.length} {names.length === 1 ? 'service' : 'services'} ran another build than now.{' '}
        <a href={`${location.pathname}${isAll ? '' : '?show=all'}`}>{isAll ? 'Only those' : 'Show all'}</a>
      </p>
      <Table
        caption={`What was in force at ${formatSecond(at, timeZone.value)}`}
        heads={['Service', ...environments.map(({ environment }) => environment)]}
        empty={names.length === 0 ? 'Nothing is recorded.' : 'All was as it is now.'}
        rows={shown.map((name) => [
          <a href={`/s/${encodeURIComponent(name)}`}>{name}</a>,
          ...environments.map((each) => (each.state === 'read' ? cellOf(each.services[name]) : '? unknown')),
        ])}
      />
      {read.map((each) => (
        <Way key={each.environment} environment={each} at={at} />
      ))}
    </>
  );
}

function cellOf(cell: MomentCell | undefined) {
  if (!cell) return '– never deployed';
  const now = cell.now === undefined ? 'nothing now' : `now ${cell.now}`;
  const { underWay, unsettled } = cell;
  return (
    <>
      {cell.state === 'ran'
        ? cell.build
        : cell.state === 'not-there'
          ? '– not there yet'
          : '? records do not reach so far'}
      {cell.differs && <span class="d-attention"> ≠ {now}</span>}
      {underWay && <span class="d-quiet"> ◐ {underWay.build} was being deployed</span>}
      {unsettled && (
        <span class="d-quiet">
          {' '}
          ✕ {unsettled.build} {unsettled.outcome} before
        </span>
      )}
    </>
  );
}

function Way({ environment, at }: { readonly environment: EnvironmentMoment; readonly at: string }) {
  const { differ, unknown } = countDifferences(environment);
  if (differ === 0 && unknown === 0) return null;
  return (
    <section aria-label={`Back to it in ${environment.environment}`}>
      {unknown > 0 && (
        <Note>
          In {environment.environment} records of {unknown} services do not reach so far: going back there is refused
          for them.
        </Note>
      )}
      <button
        type="button"
        onClick={() => wantPlan({ action: 'rollback-environment', services: [], to: environment.environment, at })}
      >
        Plan to take {environment.environment} back to {formatSecond(at, timeZone.value)}
      </button>
      <Command
        label={`Plan to make ${environment.environment} as it was`}
        text={`nx run infrastructure:rollback --env=${environment.environment} --to=${at} --dry-run`}
      />
    </section>
  );
}
