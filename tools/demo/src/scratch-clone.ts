import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { read } from './run-process.ts';

/** Where the platform is, which may have another name and other ports than the environments say. */
export interface PlatformAddresses {
  readonly context: string;
  readonly registry: string;
  readonly gateway: string;
}

/** The commit that the last demo began with: later ones are somebody's. */
const demoBegan = 'refs/demo/began';
const author = ['-c', 'user.name=Demo', '-c', 'user.email=demo@localhost', '-c', 'commit.gpgSign=false'] as const;

/** The demo's own repository, kept from one run to the next. */
export interface ScratchClone {
  /** The checkout to work in. */
  readonly folder: string;
  /** True when the user's checkout has changes that no commit holds, which the demo leaves out. */
  readonly leavesChangesOut: boolean;
  /** Changes made in the clone since the last demo, and the git command that shows them: they are put aside, and kept. */
  readonly putAside?: string;
}

/**
 * Clones what is checked out at `root` beside a bare repository that stands for the origin. Only ever reads from `root`:
 * tags and build numbers of the demo go to the bare repository.
 * @param platform that the clone's environments are pointed at.
 */
export async function scratchClone(root: string, platform: PlatformAddresses): Promise<ScratchClone> {
  const home = join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'poc', 'demo');
  const [origin, folder] = [join(home, 'origin.git'), join(home, 'workspace')];
  mkdirSync(home, { recursive: true });
  const git = (args: readonly string[], cwd: string) => read(['git', ...args], { cwd });
  if (!existsSync(join(origin, 'HEAD'))) {
    rmSync(origin, { recursive: true, force: true });
    await git(['init', '--quiet', '--bare', '--initial-branch=main', origin], home);
  }
  await git(['fetch', '--quiet', '--no-tags', '--update-shallow', root, '+HEAD:refs/heads/main'], origin);
  if (!existsSync(join(folder, '.git', 'HEAD'))) {
    rmSync(folder, { recursive: true, force: true });
    await git(['clone', '--quiet', origin, folder], home);
  }
  // Anew each time: the checkout that the demo ran from before may be gone.
  rmSync(join(folder, 'node_modules'), { force: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await git(['fetch', '--quiet', 'origin'], folder);
  const putAside = await putAsideChanges((args) => git([...author, ...args], folder));
  await git(['checkout', '--quiet', '--force', '-B', 'main', 'origin/main'], folder);
  const changes = await git(['status', '--porcelain'], root);
  if (pointAt(platform, folder)) {
    const subject = 'chore: point the environments at this platform';
    await git([...author, 'commit', '--quiet', '--no-verify', '--all', `--message=${subject}`], folder);
    await git(['push', '--quiet', '--no-verify', '--force', 'origin', 'main'], folder);
  }
  await git(['update-ref', demoBegan, 'HEAD'], folder);
  return { folder, leavesChangesOut: changes.trim() !== '', ...(putAside !== undefined && { putAside }) };
}

/**
 * Keeps what somebody tried in the clone, as the demo proposes at its end, where it is in nobody's way: a release refuses a
 * working tree with changes. @returns what was put aside and where; undefined when there was nothing.
 */
async function putAsideChanges(git: (args: readonly string[]) => Promise<string>): Promise<string | undefined> {
  const kept: string[] = [];
  if ((await git(['status', '--porcelain'])).trim() !== '') {
    await git(['stash', 'push', '--quiet', '--include-untracked', '--message', 'before the demo ran again']);
    kept.push('changes (git stash list)');
  }
  const began = (await git(['for-each-ref', '--format=%(objectname)', demoBegan])).trim();
  if (began !== '' && (await git(['rev-list', '--max-count=1', 'HEAD', `^${began}`])).trim() !== '') {
    const branch = `kept-${(await git(['rev-parse', '--short', 'HEAD'])).trim()}`;
    await git(['branch', '--force', branch, 'HEAD']);
    kept.push(`commits (git log ${branch})`);
  }
  return kept.length === 0 ? undefined : kept.join(' and ');
}

/** Has the environments name the platform. @returns whether they named another one. */
function pointAt({ context, registry, gateway }: PlatformAddresses, folder: string): boolean {
  const environments = join(folder, 'Infrastructure', 'environments');
  let changed = false;
  for (const name of readdirSync(environments).filter((file) => file.endsWith('.yaml'))) {
    const before = readFileSync(join(environments, name), 'utf8');
    const after = before
      .replace(/^( +context: ).*$/m, `$1${context}`)
      .replace(/^(registry: ).*$/m, `$1${registry}`)
      // Their hosts are told apart by the gateway.
      .replace(/^(url: .*:)\d+$/m, `$1${new URL(gateway).port}`);
    if (after === before) continue;
    writeFileSync(join(environments, name), after);
    changed = true;
  }
  return changed;
}
