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

/** Returns the relative targets of a Markdown text's links, without their anchors. */
export function linkedFiles(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
  return [...new Set(targets.filter((target) => !/^[a-z]+:/.test(target)))].sort();
}

function eachOf(path: string): string[] {
  const [, before, choice, after] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(path) ?? [];
  if (choice === undefined) return [path];
  return choice.split(',').flatMap((each) => eachOf(`${before}${each}${after}`));
}
