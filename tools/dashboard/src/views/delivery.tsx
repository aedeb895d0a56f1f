import { deliveryBins, formatSeconds, type Delivery } from '../../../plugin/src/model/dashboard/delivery.ts';
import { exportedPeriod } from '../../../plugin/src/model/dashboard/export/dashboard-export.ts';
import { exported } from '../exported.ts';
import { BinsChart, LeadTimeChart } from './detail/delivery-charts.tsx';
import { Answer, Command, goTo, NotReachedNote, Table, type ViewProps } from './detail/parts.tsx';
import { useAnswer } from './detail/use-answer.ts';

type Read = Extract<Delivery, { state: 'read' }>;
const definitions = 'https://dora.dev/guides/dora-metrics/';

/** How changes are delivered to an environment: `/delivery?env=prod&since=30d`. */
export default function DeliveryView({ query }: ViewProps) {
  const [environment, since] = [query.get('env') ?? '', query.get('since') ?? '30d'];
  const asked = useAnswer<Delivery>(
    `/api/delivery?${new URLSearchParams({ ...(environment ? { env: environment } : {}), since })}`,
  );
  return (
    <article class="d-view">
      <h1>Delivery</h1>
      <Answer asked={asked} doing="Measuring how changes are delivered">
        {(delivery) => (
          <>
            <Choices delivery={delivery} since={since} />
            {delivery.state === 'unreachable' ? <NotReachedNote {...delivery} /> : <Figures delivery={delivery} />}
            <Command text={`nx run infrastructure:metrics --env=${delivery.environment} --since=${since}`} />
          </>
        )}
      </Answer>
    </article>
  );
}

function Choices({ delivery, since }: { readonly delivery: Delivery; readonly since: string }) {
  const show = (env: string, period: string) => goTo(`/delivery?${new URLSearchParams({ env, since: period })}`);
  return (
    <form class="d-pickers" onSubmit={(event) => event.preventDefault()}>
      <label>
        Environment{' '}
        <select value={delivery.environment} onChange={(event) => show(event.currentTarget.value, since)}>
          {delivery.environments.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        Of the last{' '}
        <select value={since} onChange={(event) => show(delivery.environment, event.currentTarget.value)}>
          {(exported ? [exportedPeriod] : [...new Set(['7d', '30d', '90d', since])]).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
    </form>
  );
}

function Figures({ delivery }: { readonly delivery: Read }) {
  const { all, services, changes } = delivery;
  const bins = deliveryBins(changes, delivery, 30);
  return (
    <>
      <FourFigures all={all} count={changes.length} />
      {!all.complete && (
        <p>* Records do not reach so far back for every service: these figures are of the time that is known.</p>
      )}
      <p>
        <a href={definitions} target="_blank" rel="noreferrer noopener">
          What the four figures mean
        </a>
        . They are no grades.
      </p>
      <BinsChart bins={bins} />
      <LeadTimeChart delivery={delivery} />
      <ByService services={services} />
    </>
  );
}

function Figure({ name, value, of }: { readonly name: string; readonly value: string; readonly of: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong> <span class="d-quiet">{of}</span>
      </dd>
    </div>
  );
}

function perDay(value: number | undefined): string {
  return value === undefined ? '-' : `${Math.round(value * 100) / 100} a day`;
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${Math.round(value * 1000) / 10} %`;
}

function FourFigures({ all, count }: { readonly all: Read['all']; readonly count: number }) {
  const judged = all.changes.succeeded + all.changes.failed + all.changes['rolled-back'];
  const star = all.complete ? '' : '*';
  return (
    <dl class="d-figures">
      <Figure name="Deployment frequency" value={`${perDay(all.deploymentsPerDay)}${star}`} of={`${count} changes`} />
      <Figure
        name="Lead time, median"
        value={`${formatSeconds(all.leadTime.median)}${star}`}
        of={`${all.leadTime.commits} commits, 90 of 100 within ${formatSeconds(all.leadTime.p90)}`}
      />
      <Figure name="Changes that failed" value={`${percent(all.changeFailureRate)}${star}`} of={`${judged} changes`} />
      <Figure
        name="Time to restore, median"
        value={`${formatSeconds(all.timeToRestore.median)}${star}`}
        of={`${all.timeToRestore.restored} restored, ${all.timeToRestore.open} open`}
      />
    </dl>
  );
}

function ByService({ services }: Pick<Read, 'services'>) {
  return (
    <Table
      caption="By service, those with the most changes that failed first"
      heads={[
        'Service',
        'Changes',
        'Failed or taken back',
        'Per day',
        'Lead time, median',
        'Time to restore, median',
        'To know',
      ]}
      empty="Nothing was deployed here."
      rows={services.map((each) => [
        <a href={`/s/${encodeURIComponent(each.service)}`}>{each.service}</a>,
        Object.values(each.changes).reduce((total, count) => total + count, 0),
        each.changes.failed + each.changes['rolled-back'],
        `${perDay(each.deploymentsPerDay)}${each.complete ? '' : '*'}`,
        formatSeconds(each.leadTime.median),
        formatSeconds(each.timeToRestore.median),
        each.commitsUnknown ?? '',
      ])}
    />
  );
}
