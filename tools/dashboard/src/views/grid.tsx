import { Band } from '../grid/band.tsx';
import { Grid } from '../grid/grid.tsx';
import { lines, shownRows } from '../grid/lines.ts';
import { FilterBar } from '../grid/filter-bar.tsx';
import { SelectionBar } from '../grid/selection-bar.tsx';
import { nearestService } from '../grid/nearest-service.ts';
import { ServiceMap } from '../map/map.tsx';
import { gridQuery, showGrid } from '../navigate.ts';
import { state } from '../store.ts';

/** Which code runs where, and what waits between: the page's first view. */
export default function GridView() {
  const { value } = state;
  if (!value) return null;
  if (value.environments.length === 0) {
    return <Empty what="There is no environment yet." command="nx g @poc/plugin:environment dev" />;
  }
  if (value.rows.length === 0)
    return <Empty what="There is no service yet." command="nx g @poc/plugin:service orders" />;
  const isMap = gridQuery.value.view === 'map';
  return (
    <>
      <Band state={value} />
      <FilterBar state={value} />
      {lines.value.length === 0 ? <NothingShown /> : isMap ? <ServiceMap /> : <Grid state={value} />}
      <SelectionBar />
    </>
  );
}

function Empty({ what, command }: { what: string; command: string }) {
  return (
    <p class="empty">
      {what} This adds one: <code>{command}</code>
    </p>
  );
}

function NothingShown() {
  const near = nearestService();
  return (
    <p class="empty" role="status">
      {shownRows.value.length} of {(state.value?.rows.length ?? 0).toLocaleString('en')}.{' '}
      <button type="button" onClick={() => showGrid({ filter: '' })}>
        Clear the filter (Esc)
      </button>
      {near !== undefined && (
        <>
          {' '}
          Near:{' '}
          <button type="button" onClick={() => showGrid({ filter: near })}>
            {near}
          </button>
        </>
      )}
    </p>
  );
}
