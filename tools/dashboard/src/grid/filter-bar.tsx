import { useRef } from 'preact/hooks';
import { filterExamples, filterProblems } from '../../../plugin/src/model/dashboard/row-filter.ts';
import { groupings, sorts } from '../../../plugin/src/model/dashboard/row-order.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { writeAddress } from '../address.ts';
import { gridQuery, showGrid, url } from '../navigate.ts';
import { isCompact, shownRows, terms, timesSorted } from './lines.ts';

/** What of the grid is shown, and in which order: all of it goes into the address. */
export function FilterBar({ state }: { state: DashboardState }) {
  const all = state.rows.length.toLocaleString('en');
  const isMap = gridQuery.value.view === 'map';
  const shown = shownRows.value.length.toLocaleString('en');
  return (
    <div class="filter-bar" role="search">
      <FilterField />
      <FilterWords />
      <Arrangement state={state} />
      <button type="button" onClick={() => showGrid({ rows: isCompact.value ? 'roomy' : 'compact' })}>
        {isCompact.value ? 'Roomy' : 'Compact'}
      </button>
      <button
        type="button"
        title="All services as shapes (m)"
        aria-pressed={isMap}
        onClick={() => showGrid({ view: isMap ? undefined : 'map' })}
      >
        Map
      </button>
      <span class="note" role="status">
        {shown} of {all}
      </span>
      <span id="filter-problems" class="note is-alarm">
        {filterProblems(terms.value).join(' ')}
      </span>
    </div>
  );
}

function FilterField() {
  const before = useRef('');
  return (
    <input
      id="filter"
      type="search"
      aria-label="Filter the services"
      aria-describedby="filter-problems"
      placeholder="Filter ( / )"
      autocomplete="off"
      spellcheck={false}
      value={gridQuery.value.filter}
      onFocus={() => (before.current = url.value.href)}
      onInput={({ currentTarget }) => showGrid({ filter: currentTarget.value }, true)}
      onChange={() => pushTyped(before)}
    />
  );
}

function FilterWords() {
  return (
    <details class="filter-help">
      <summary>Words</summary>
      <dl>
        {filterExamples.map(([example, text]) => (
          <div key={example}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  /** Of the first, which stands for none of the others; left out where one of them always holds. */
  readonly none?: string;
  readonly options: readonly string[];
  readonly choose: (value: string) => void;
}

function Choice({ label, value, none, options, choose }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {options.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

/** Order, groups and environments. */
function Arrangement({ state: { rows, environments: heads } }: { state: DashboardState }) {
  const { sort, group = '', environments } = gridQuery.value;
  const several = environments.length > 1 ? [environments.join(',')] : [];
  return (
    <>
      <Choice
        label="Sort"
        value={sort}
        options={sorts}
        choose={(value) => showGrid({ sort: sorts.find((each) => each === value) ?? 'name' })}
      />
      {sort !== 'name' && (
        <button type="button" onClick={() => timesSorted.value++} title="Rows do not move by themselves">
          Sort again
        </button>
      )}
      <Choice
        label="Group"
        value={group}
        none="none"
        options={groupings(rows)}
        choose={(value) => showGrid({ group: value || undefined })}
      />
      <Choice
        label="Environments"
        value={environments.join(',')}
        none="all"
        options={[...several, ...heads.map(({ name }) => name)]}
        choose={(value) => showGrid({ environments: value.split(',').filter(Boolean) })}
      />
    </>
  );
}

/** Leaving the field, and Enter, make an entry to go back to; letters do not. */
function pushTyped(before: { current: string }): void {
  const typed = url.value.href;
  if (before.current === '' || typed === before.current) return;
  writeAddress(before.current, true);
  writeAddress(typed, false);
  before.current = typed;
}
