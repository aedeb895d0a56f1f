import { sorts, type RowSort } from './row-order.ts';

/** A choice of what the grid shows, and how: all of it is in the URL, so that two people with one URL see the same. */
export interface GridQuery {
  /** Filter, as it is typed. */
  readonly filter: string;
  /** Names of the environments that are shown; empty for all. */
  readonly environments: readonly string[];
  readonly sort: RowSort;
  readonly group?: string;
  /** Left out: by the number of services. */
  readonly rows?: 'compact' | 'roomy';
  /** Left out for the grid. */
  readonly view?: 'map';
  readonly zone: 'utc' | 'local';
}

/** Returns what a query string asks for. Other parameters are left alone. */
export function parseGridQuery(query: URLSearchParams): GridQuery {
  const group = query.get('group') ?? '';
  const rows = query.get('rows');
  return {
    filter: query.get('q') ?? '',
    environments: (query.get('env') ?? '').split(',').filter(Boolean),
    sort: sorts.find((sort) => sort === query.get('sort')) ?? 'name',
    ...(group === '' ? {} : { group }),
    ...(rows === 'compact' || rows === 'roomy' ? { rows } : {}),
    ...(query.get('view') === 'map' ? { view: 'map' as const } : {}),
    zone: query.get('tz') === 'local' ? 'local' : 'utc',
  };
}

/** Returns the query string of a grid, without what is so by itself: an empty text, or `?q=…`. */
export function gridQueryText({ filter, environments, sort, group, rows, view, zone }: GridQuery): string {
  const query = new URLSearchParams();
  if (filter !== '') query.set('q', filter);
  if (environments.length > 0) query.set('env', environments.join(','));
  if (sort !== 'name') query.set('sort', sort);
  if (group !== undefined) query.set('group', group);
  if (rows !== undefined) query.set('rows', rows);
  if (view !== undefined) query.set('view', view);
  if (zone !== 'utc') query.set('tz', zone);
  // Commas and colons may stand in a query as they are, and are read more easily so.
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}
