import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Returns a PATH on which some programs are not. Of folders that hold one, the others are linked.
 * @param folder where the links are put.
 */
export function pathWithout(programs: readonly string[], folder: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((each) => existsSync(each));
  return folders
    .map((each, index) => {
      if (!programs.some((program) => existsSync(join(each, program)))) return each;
      const linked = join(folder, String(index));
      mkdirSync(linked, { recursive: true });
      for (const name of readdirSync(each))
        if (!programs.includes(name)) symlinkSync(join(each, name), join(linked, name));
      return linked;
    })
    .join(delimiter);
}
