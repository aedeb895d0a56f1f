import { useEffect, useState } from 'preact/hooks';
import type { Layout, LayoutRequest } from './layout.ts';

/** A drawing's places; `failed` where they cannot be worked out, so that the table has to do. */
export type LaidOut =
  { readonly state: 'working' } | { readonly state: 'failed' } | { readonly state: 'done'; readonly layout: Layout };

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(path: string): string },
  ): { createScriptURL(path: string): string };
}

/** Lays a graph out in a worker, whose script is loaded for it. Another graph ends the work on the one before. */
export function useLayout(request: LayoutRequest): LaidOut {
  const [laidOut, set] = useState<LaidOut>({ state: 'working' });
  const key = JSON.stringify(request);
  useEffect(() => {
    set({ state: 'working' });
    const worker = startWorker();
    if (!worker) return set({ state: 'failed' });
    const done = (found: LaidOut) => {
      worker.terminate();
      set(found);
    };
    worker.onmessage = ({ data }: MessageEvent<Layout>) => done({ state: 'done', layout: data });
    worker.onerror = () => done({ state: 'failed' });
    worker.postMessage(request);
    return () => worker.terminate();
  }, [key]);
  return laidOut;
}

/** A page that was opened from a disk has no workers. */
function startWorker(): Worker | undefined {
  try {
    return new Worker(trusted('/graph-layout.js'));
  } catch {
    return undefined;
  }
}

/** The page's policy wants addresses of scripts made by a policy, where the browser knows of such. */
function trusted(path: string): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy('graph-layout', { createScriptURL: (each) => each }).createScriptURL(path) ?? path;
}
