import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a build context with one file. @param parent folder that it is made in. @param recipe the Dockerfile's text. */
export function newBuildContext(
  parent: string,
  recipe: string,
  text: string,
): { readonly context: string; readonly dockerfile: string } {
  const context = mkdtempSync(join(parent, 'context '));
  const dockerfile = join(context, 'Dockerfile');
  writeFileSync(dockerfile, recipe);
  writeFileSync(join(context, 'file'), text);
  return { context, dockerfile };
}
