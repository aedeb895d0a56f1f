import type { Git } from '../git.ts';
import { releaseRefPrefixes } from './ref-names.ts';
import type { ListedRef, ReleaseRefs } from './release-refs.ts';

/** Refs of the local repository, which decides where there is no origin. */
export class LocalRefs implements ReleaseRefs {
  private readonly git: Git;

  constructor(git: Git) {
    this.git = git;
  }

  list(): Promise<ReadonlyMap<string, ListedRef>> {
    return this.read(releaseRefPrefixes);
  }

  async find(ref: string): Promise<ListedRef | undefined> {
    return (await this.read([ref])).get(ref);
  }

  /** @param patterns names, or what they begin with. */
  private async read(patterns: readonly string[]): Promise<ReadonlyMap<string, ListedRef>> {
    const format = '--format=%(refname)%00%(objectname)%00%(*objectname)';
    const text = await this.git.text(['for-each-ref', format, ...patterns]);
    const refs = new Map<string, ListedRef>();
    for (const line of text.split('\n')) {
      const [name = '', object = '', peeled = ''] = line.split('\0');
      if (name !== '') refs.set(name, { object, ...(peeled === '' ? {} : { peeled }) });
    }
    return refs;
  }

  async create(ref: string, object: string): Promise<boolean> {
    const nothing = '0'.repeat(object.length);
    const args = ['update-ref', ref, object, nothing];
    const { code, stderr } = await this.git.run(args);
    if (code === 0) return true;
    const found = await this.find(ref);
    if (found) return found.object === object;
    throw new Error(`git ${args.join(' ')} ended with ${code}: ${stderr.trim()}`);
  }

  async remove(refs: readonly { ref: string; object: string }[]): Promise<void> {
    const input = refs.map(({ ref, object }) => `delete ${ref} ${object}\n`).join('');
    await this.git.run(['update-ref', '--stdin'], { input });
  }

  async bring(): Promise<void> {
    // It is here.
  }
}
