import address from '@mermaid-js/tiny/dist/mermaid.tiny.js?url';

/** One whole file, as its makers minified it: bundled again, it would take most of the time of a build. */
let library;

/** Returns a diagram of Mermaid as SVG. The library is loaded from this site with the first diagram. */
export async function drawDiagram(id, source, isDark) {
  library ??= load(address);
  const mermaid = await library;
  mermaid.initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'neutral', fontFamily: 'inherit' });
  return (await mermaid.render(id, source)).svg;
}

function load(src) {
  const script = Object.assign(document.createElement('script'), { src });
  return new Promise((resolve, reject) => {
    script.onload = () => resolve(globalThis.mermaid);
    script.onerror = () => reject(new Error(`${src} did not load.`));
    document.head.append(script);
  });
}
