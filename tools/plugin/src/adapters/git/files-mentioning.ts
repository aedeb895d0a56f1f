import { Git } from './git.ts';

/** Returns the files of the working tree in which one of some texts stands; none where git cannot tell. */
export async function filesMentioning(workspaceRoot: string, texts: readonly string[]): Promise<string[]> {
  const patterns = texts.flatMap((text) => ['-e', text]);
  const args = ['grep', '--untracked', '--files-with-matches', '-z', '-I', '--fixed-strings', ...patterns, '--', '.'];
  const { code, stdout } = await new Git(workspaceRoot).run(args);
  return code === 0 ? stdout.toString().split('\0').filter(Boolean).sort() : [];
}
