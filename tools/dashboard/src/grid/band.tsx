import { computed } from '@preact/signals';
import { attentionOf, type AttentionItem } from '../../../plugin/src/model/dashboard/attention.ts';
import { needsSomebody } from '../../../plugin/src/model/dashboard/cell-condition.ts';
import { deploymentInWords } from '../../../plugin/src/model/dashboard/cell-words.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { gridHref, gridQuery } from '../navigate.ts';
import { now, state } from '../store.ts';
import { Words } from '../time.tsx';
import { BandSteps } from './band-steps.tsx';
import { serviceHref } from './open-cell.ts';
import { ShapeIcon, shapeOf } from './shapes.tsx';

/** Rows of the band: fewer over the map, which shows all at once. */
const most = { grid: 8, map: 3 };

const items = computed(() => (state.value ? attentionOf(state.value, now.value) : []));

/** What is worth a look, the worst first. */
export function Band({ state: board }: { state: DashboardState }) {
  const count = most[gridQuery.value.view ?? 'grid'];
  const shown = items.value.slice(0, count);
  const left = items.value.filter(({ concern }) => needsSomebody(concern)).length - count;
  return (
    <section class="band" aria-label="What needs you">
      {shown.length === 0 ? <Newest rows={board.rows} environments={board.environments} /> : null}
      <ul>
        {shown.map((item) => (
          <Item key={`${item.service} ${item.environment}`} item={item} state={board} />
        ))}
      </ul>
      {left > 0 && <a href={gridHref({ filter: 'is:needs-you' })}>{left} more</a>}
    </section>
  );
}

function Item({ item, state: board }: { item: AttentionItem; state: DashboardState }) {
  const { service, environment, words } = item;
  const cell = board.rows.find((row) => row.service === service)?.cells[environment];
  return (
    <li class={needsSomebody(item.concern) ? 'needs' : ''}>
      <ShapeIcon shape={shapeOf(cell)} />
      <a href={serviceHref(service)}>
        {service} in {environment}
      </a>
      <span class="band-text">
        <Words of={words} />
      </span>
      <BandSteps item={item} state={board} />
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
            <a href={serviceHref(service)}>
              {service} in {name}
            </a>
            <span class="band-text">
              <Words of={deploymentInWords(deployment)} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
