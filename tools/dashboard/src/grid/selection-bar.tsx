import './selection.css';
import { shownEnvironments } from './lines.ts';
import { sidesOf } from './open-cell.ts';
import { chooseEnvironment, planRows, targetEnvironment } from './plan-rows.ts';
import { clearSelection, selection } from './selection.ts';

/** How many rows are selected, those that a filter hides included, and the plans of all of them in one. */
export function SelectionBar() {
  const { services, hidden } = selection.value;
  const environment = targetEnvironment();
  if (services.length === 0 || environment === undefined) return null;
  const { to: from } = sidesOf(environment);
  return (
    <section class="selection-bar" aria-label="Selected services">
      <strong role="status">
        {services.length} selected{hidden > 0 && `, ${hidden} of them hidden by the filter`}
      </strong>
      <label>
        Environment{' '}
        <select value={environment} onChange={({ currentTarget }) => chooseEnvironment(currentTarget.value)}>
          {shownEnvironments.value.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {from !== 'HEAD' && (
        <button type="button" onClick={() => planRows('promote')}>
          Plan to promote from {from} (p)
        </button>
      )}
      <button type="button" onClick={() => planRows('release')}>
        Plan to release (r)
      </button>
      <button type="button" onClick={() => planRows('rollback')}>
        Plan to go back (b)
      </button>
      <button type="button" onClick={clearSelection}>
        Clear (Esc)
      </button>
    </section>
  );
}
