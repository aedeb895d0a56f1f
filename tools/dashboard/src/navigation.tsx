import { exported } from './exported.ts';
import { lastGrid, url } from './navigate.ts';
import './navigation.css';
import { viewOf } from './routes.ts';

/** The views that stand beside the grid, in the head of each view: the one list of them, also for keys and the palette. */
export const mainViews: readonly { readonly path: string; readonly name: string; readonly key: string }[] = [
  { path: '/', name: 'Services', key: 's' },
  { path: '/activity', name: 'Activity', key: 'a' },
  { path: '/delivery', name: 'Delivery', key: 'd' },
  { path: '/graph', name: 'Graph', key: 'g' },
  { path: '/audit', name: 'Audit', key: 'u' },
].filter(({ path }) => isShown(path));

/** An export has no answer to what its reader may ask about any commit, nor an audit. */
function isShown(path: string): boolean {
  return viewOf(path) !== undefined && !(exported && (path === '/graph' || path === '/audit'));
}

/** Returns the address of a view; that of the grid as it was shown last. */
export function addressOf(path: string): string {
  return path === '/' ? lastGrid() : path;
}

/** Links to the views, the current one marked; a service, a commit and a moment are none of them. */
export function Navigation() {
  const { pathname } = url.value;
  return (
    <nav aria-label="Views" class="views">
      {mainViews.map(({ path, name, key }) => (
        <a
          key={path}
          href={addressOf(path)}
          title={`g then ${key}`}
          aria-current={pathname === path ? 'page' : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
