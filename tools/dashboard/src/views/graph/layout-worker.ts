import { layOut, type LayoutRequest } from './layout.ts';

// A file of its own, which is loaded when a graph is to be drawn.
addEventListener('message', ({ data }: MessageEvent<LayoutRequest>) => postMessage(layOut(data)));
