/** Beginnings of what is a path of this repository when it stands between backticks. */
const roots = ['tools/', 'apps/', 'libs/', 'docs/', 'Infrastructure/', '.github/', '.ci/'];
/** The plugin's layers: a path that begins with one is below the plugin's sources (docs/architecture.md). */
const layers = ['model/', 'ports/', 'use-cases/', 'adapters/', 'nx/'];

/**
 * Returns the paths of this repository that a Markdown text names between backticks. Names with a placeholder
 * (`apps/<service>/k8s`) are left out; of `tools/x/{a,b}.ts` each is returned, and of `tools/x/*.ts` the folder.
 */
export function documentedPaths(markdown: string): string[] {
  const named = [...markdown.matchAll(/`([^`\s]+)`/g)].map(([, text]) => text!);
  const begins = (text: string, beginnings: readonly string[]) => beginnings.some((each) => text.startsWith(each));
  const paths = named
    .filter((text) => !/[<>$…]/.test(text))
    .flatMap((text) => (begins(text, layers) ? [`tools/plugin/src/${text}`] : begins(text, roots) ? [text] : []));
  return [...new Set(paths.flatMap(eachOf).map((path) => path.replace(/\/[^/]*\*.*$/, '')))].sort();
}

/** A link from one page to another, or to a heading. */
export interface PageLink {
  /** Relative to the page; empty for the page itself. */
  readonly file: string;
  readonly anchor: string | undefined;
}

/** Returns the links of a Markdown text that stay in the repository. */
export function pageLinks(markdown: string): PageLink[] {
  return [...markdown.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)]
    .map(([, file = '', anchor]) => ({ file, anchor }))
    .filter(({ file }) => !/^[a-z]+:/.test(file));
}

/** Returns the anchors that GitHub gives to a Markdown text's headings. */
export function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function eachOf(path: string): string[] {
  const [, before, choice, after] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(path) ?? [];
  if (choice === undefined) return [path];
  return choice.split(',').flatMap((each) => eachOf(`${before}${each}${after}`));
}
