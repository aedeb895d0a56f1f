import { useRef } from 'preact/hooks';
import { filterExamples, filterProblems } from '../../../plugin/src/model/dashboard/row-filter.ts';
import { groupings, sorts } from '../../../plugin/src/model/dashboard/row-order.ts';
import type { DashboardState } from '../../../plugin/src/model/dashboard/dashboard-state.ts';
import { gridQuery, showGrid, url } from '../navigate.ts';
import { isCompact, shownRows, terms, timesSorted } from './lines.ts';

/** What of the grid is shown, and in which order: all of it goes into the address. */
export function FilterBar({ state }: { state: DashboardState }) {
  const { filter, sort, group, environments } = gridQuery.value;
  const before = useRef('');
  const all = state.rows.length.toLocaleString('en');
  const shown = shownRows.value.length.toLocaleString('en');
  return (
    <div class="filter-bar" role="search">
      <input
        id="filter"
        type="search"
        aria-label="Filter the services"
        aria-describedby="filter-problems"
        placeholder="Filter ( / )"
        autocomplete="off"
        spellcheck={false}
        value={filter}
        onFocus={() => (before.current = url.value.href)}
        onInput={({ currentTarget }) => showGrid({ filter: currentTarget.value }, true)}
        onChange={() => pushTyped(before)}
      />
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
      <label>
        Sort{' '}
        <select
          value={sort}
          onChange={({ currentTarget }) =>
            showGrid({ sort: sorts.find((each) => each === currentTarget.value) ?? 'name' })
          }
        >
          {sorts.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      {sort !== 'name' && (
        <button type="button" onClick={() => timesSorted.value++} title="Rows do not move by themselves">
          Sort again
        </button>
      )}
      <label>
        Group{' '}
        <select
          value={group ?? ''}
          onChange={({ currentTarget }) => showGrid({ group: currentTarget.value || undefined })}
        >
          <option value="">none</option>
          {groupings(state.rows).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        Environments{' '}
        <select
          value={environments.join(',')}
          onChange={({ currentTarget }) => showGrid({ environments: currentTarget.value.split(',').filter(Boolean) })}
        >
          <option value="">all</option>
          {environments.length > 1 && <option>{environments.join(',')}</option>}
          {state.environments.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => showGrid({ rows: isCompact.value ? 'roomy' : 'compact' })}>
        {isCompact.value ? 'Roomy' : 'Compact'}
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

/** Leaving the field, and Enter, make an entry to go back to; letters do not. */
function pushTyped(before: { current: string }): void {
  const typed = url.value.href;
  if (before.current === '' || typed === before.current) return;
  history.replaceState(null, '', before.current);
  history.pushState(null, '', typed);
  before.current = typed;
}
