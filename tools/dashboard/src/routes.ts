import type { ComponentType } from 'preact';
import { decodePart } from './decode-part.ts';
import { detailViews } from './views/detail-views.ts';
import GridView from './views/grid.tsx';

export interface ViewProps {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** The views of the page by their paths; `:name` is a part of the path that the view is given. */
export const routes: readonly { readonly path: string; readonly view: ComponentType<ViewProps> }[] = [
  { path: '/', view: GridView },
  ...detailViews,
];

/** Returns the view of a path with its parts; undefined when there is none. */
export function viewOf(path: string): { view: ComponentType<ViewProps>; params: Record<string, string> } | undefined {
  const parts = path.split('/').filter(Boolean);
  for (const route of routes) {
    const wanted = route.path.split('/').filter(Boolean);
    const fits = (part: string, index: number) => part.startsWith(':') || part === parts[index];
    if (wanted.length !== parts.length || !wanted.every(fits)) continue;
    const named = wanted.flatMap((part, index) =>
      part.startsWith(':') ? [[part.slice(1), decodePart(parts[index]!)]] : [],
    );
    return { view: route.view, params: Object.fromEntries(named) as Record<string, string> };
  }
  return undefined;
}
