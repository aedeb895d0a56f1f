/** Makes fenced blocks of `mermaid` into diagrams, drawn in the reader's browser (theme/MermaidDiagram.vue). */
export function mermaidBlocks(markdown) {
  const fence = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    if (info.trim() !== 'mermaid') return fence(tokens, index, ...rest);
    return `<MermaidDiagram source="${encodeURIComponent(content)}" />`;
  };
}
