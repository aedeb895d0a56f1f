import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { detailViews } from '../../src/views/detail-views.ts';

/** The views beside the grid without the rest of the page, and without its live state. */
function Shell() {
  const [url, set] = useState(new URL(location.href));
  useEffect(() => {
    const follow = () => set(new URL(location.href));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const parts = url.pathname.split('/').filter(Boolean);
  for (const { path, view: View } of detailViews) {
    const wanted = path.split('/').filter(Boolean);
    if (wanted.length !== parts.length || !wanted.every((part, at) => part.startsWith(':') || part === parts[at]))
      continue;
    const named = wanted.flatMap((part, at) =>
      part.startsWith(':') ? [[part.slice(1), decodeURIComponent(parts[at]!)]] : [],
    );
    return (
      <main>
        <View params={Object.fromEntries(named) as Record<string, string>} query={url.searchParams} />
      </main>
    );
  }
  return <p>no such view</p>;
}

render(<Shell />, document.body);
