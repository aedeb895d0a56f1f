import { readFile } from 'node:fs/promises';
import { isPackage, pluginFolder } from '../../../model/product/installation.ts';
import { pluginPackage } from '../../../model/product/wire-names.ts';
import { scrub } from '../../../model/secrets/line-scrubber.ts';

/**
 * Returns the lines for an error that no code expects: the stack, without secrets, and the versions that whoever looks
 * into it asks for first.
 */
export async function describeBug(error: unknown): Promise<string[]> {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `This is a bug in ${pluginPackage}; please report it with these lines.`,
    scrub(stack),
    `${await versions()}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`,
  ];
}

/** A version that cannot be read must not take the place of the bug. */
async function versions(): Promise<string> {
  try {
    // Loaded here alone: executors start without it.
    const { NX_VERSION, workspaceRoot } = await import('@nx/devkit');
    if (!isPackage) return `${pluginPackage} from its sources, Nx ${NX_VERSION}`;
    const file = await readFile(`${pluginFolder(workspaceRoot)}/package.json`, 'utf8');
    return `${pluginPackage} ${(JSON.parse(file) as { version: string }).version}, Nx ${NX_VERSION}`;
  } catch {
    return `${pluginPackage} of an unknown version`;
  }
}
