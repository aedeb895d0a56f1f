import { computed } from '@preact/signals';
import { attentionOf, type AttentionItem } from '../../../plugin/src/model/dashboard/attention.ts';
import { needsSomebody } from '../../../plugin/src/model/dashboard/cell-condition.ts';
import { deploymentInWords } from '../../../plugin/src/model/dashboard/cell-words.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { gridHref } from '../navigate.ts';
import { now, state } from '../store.ts';
import { ShapeIcon, shapeOf } from './shapes.tsx';

/** Rows of the band. */
const most = 8;

const items = computed(() => (state.value ? attentionOf(state.value, now.value) : []));

/** What is worth a look, the worst first. */
export function Band({ state: { rows, environments } }: { state: DashboardState }) {
  const shown = items.value.slice(0, most);
  const left = items.value.filter(({ concern }) => needsSomebody(concern)).length - most;
  return (
    <section class="band" aria-label="What needs you">
      {shown.length === 0 ? <Newest rows={rows} environments={environments} /> : null}
      <ul>
        {shown.map((item) => (
          <Item key={`${item.service} ${item.environment}`} item={item} rows={rows} environments={environments} />
        ))}
      </ul>
      {left > 0 && <a href={gridHref({ filter: 'is:needs-you' })}>{left} more</a>}
    </section>
  );
}

function Item({ item, rows, environments }: { item: AttentionItem } & Pick<DashboardState, 'rows' | 'environments'>) {
  const { service, environment, text } = item;
  const head = environments.find(({ name }) => name === environment)!;
  const cell = rows.find((row) => row.service === service)?.cells[environment];
  return (
    <li class={needsSomebody(item.concern) ? 'needs' : ''}>
      <ShapeIcon shape={shapeOf(cell, head)} />
      <a href={`/s/${encodeURIComponent(service)}`}>
        {service} in {environment}
      </a>
      <span class="band-text" title={text}>
        {text}
      </span>
    </li>
  );
}

function Newest({ rows, environments }: Pick<DashboardState, 'rows' | 'environments'>) {
  const isKnown = environments.every(({ answer }) => answer.state === 'live');
  const events = rows
    .flatMap(({ service, cells }) =>
      Object.entries(cells).flatMap(([name, { deployment }]) => (deployment ? [{ service, name, deployment }] : [])),
    )
    .sort((one, other) => Date.parse(other.deployment.startedAt) - Date.parse(one.deployment.startedAt))
    .slice(0, 3);
  return (
    <>
      <p>{isKnown ? 'Nothing needs you.' : 'Nothing needs you in the environments that answer.'}</p>
      <ul>
        {events.map(({ service, name, deployment }) => (
          <li key={`${service} ${name}`}>
            <a href={`/s/${encodeURIComponent(service)}`}>
              {service} in {name}
            </a>
            <span class="band-text">{deploymentInWords(deployment, now.value)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
