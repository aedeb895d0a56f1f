import { Refusal } from '../errors/product-error.ts';

/** `# region custom: setup`, at any depth. */
const beginning = /^\s*# region custom: (.*?)\s*$/;
const end = /^\s*# endregion\s*$/;

/**
 * Carries over what people wrote between `# region custom: NAME` and `# endregion`, as it is.
 * @param generated the new text of a file; what its regions hold is what they begin with.
 * @param existing the text that is there.
 * @param path the file, for whoever reads a refusal.
 * @throws {Refusal} when the new text has no place for a region that holds something, or a region has no end.
 */
export function keepRegions(generated: string, existing: string | undefined, path: string): string {
  if (existing === undefined) return generated;
  const kept = regionsOf(existing, path);
  const places = regionsOf(generated, path);
  const homeless = [...kept].filter(([name, { text }]) => !places.has(name) && text.some((line) => line.trim() !== ''));
  if (homeless.length > 0) {
    throw badRegion(
      path,
      `It no longer has a region for ${homeless.map(([name, { line }]) => `"${name}" (line ${line})`).join(', ')}.`,
      `Move that to one of the regions there are (${[...places.keys()].join(', ') || 'none'}), or remove it.`,
    );
  }
  const lines = generated.split('\n');
  // From the last to the first, so that the lines before keep their numbers.
  for (const [name, { line, text }] of [...places].reverse())
    lines.splice(line, text.length, ...(kept.get(name)?.text ?? text));
  return lines.join('\n');
}

interface Region {
  /** Number of the line that begins it, from 1. */
  readonly line: number;
  /** The lines between its beginning and its end. */
  readonly text: readonly string[];
}

function regionsOf(text: string, path: string): Map<string, Region> {
  const regions = new Map<string, Region>();
  const lines = text.split(/\r?\n/);
  let open: { name: string; line: number } | undefined;
  for (const [index, each] of lines.entries()) {
    const name = beginning.exec(each)?.[1];
    if (name !== undefined) {
      if (open) throw unfinished(path, open);
      if (regions.has(name))
        throw badRegion(path, `The region "${name}" is there twice (line ${index + 1}).`, 'Join the two.');
      open = { name, line: index + 1 };
    } else if (open && end.test(each)) {
      regions.set(open.name, { line: open.line, text: lines.slice(open.line, index) });
      open = undefined;
    }
  }
  if (open) throw unfinished(path, open);
  return regions;
}

function unfinished(path: string, { name, line }: { name: string; line: number }): Refusal {
  return badRegion(path, `The region "${name}" (line ${line}) has no end.`, 'Write "# endregion" below it.');
}

function badRegion(path: string, reason: string, remedy: string): Refusal {
  return new Refusal({ type: 'bad-region', doing: `generate ${path}`, reason, remedy });
}
