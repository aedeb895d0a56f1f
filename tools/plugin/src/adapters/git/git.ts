import { spawn, type ChildProcess } from 'node:child_process';
import { Refusal } from '../../model/errors/product-error.ts';
import { childEnvironment } from '../process/child-environment.ts';
import { runProcess } from '../process/run-process.ts';

/** The exit code that stands for a run that took too long, as of `timeout(1)`. */
export const timedOutCode = 124;

/** The result of one run of git. */
export interface GitResult {
  /** Exit code; 124 when the run was ended because it took too long. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** How git is run. */
interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Settings for this run. They stand in no argument, so they may hold a secret. */
  readonly config?: Readonly<Record<string, string>>;
  /** Variables besides those that git always gets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where a process was started by a git hook, these would send git to another repository than the folder's. */
const hookVariables = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
];

/** Settings of every run. */
const usual = ['-c', 'core.quotepath=off'];

/** The git command line, run in one folder: never a shell, never a question, never another language than English. */
export class Git {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs git to its end, whatever its exit code. @throws {Refusal} when git cannot be started. */
  async run(args: readonly string[], { config = {}, env = {}, ...options }: RunOptions = {}): Promise<GitResult> {
    const result = await runProcess('git', [...usual, ...args], {
      cwd: this.folder,
      env: { ...environment(config), ...env },
      ...options,
    });
    if (result.state === 'not-started') throw cannotStart(this.folder, result.cause);
    const code = result.state === 'timed-out' ? timedOutCode : result.code;
    return { code, stdout: result.stdout, stderr: result.stderr.toString() };
  }

  /**
   * Runs git and takes its output as text.
   * @throws {Refusal} naming the repository's problem, or an Error (a bug of ours) when git fails otherwise.
   */
  async text(args: readonly string[], options: { input?: string } = {}): Promise<string> {
    return (await this.bytes(args, options)).toString();
  }

  /** The same for output that need not be text. */
  async bytes(args: readonly string[], options: { input?: string } = {}): Promise<Buffer> {
    const result = await this.run(args, options);
    if (result.code === 0) return result.stdout;
    throw this.failure(args, result);
  }

  /** Starts git to speak with it: it answers what it is asked until its input ends. */
  start(args: readonly string[]): ChildProcess {
    return spawn('git', [...usual, ...args], { cwd: this.folder, env: environment({}), stdio: 'pipe' });
  }

  /** Returns what is thrown where a run failed. @param code undefined when git could not be started. */
  failure(
    args: readonly string[],
    { code, stderr, cause }: { readonly code: number | undefined; readonly stderr: string; readonly cause?: Error },
  ): Error {
    if (code === undefined && cause) return cannotStart(this.folder, cause);
    return (
      repositoryProblem(this.folder, stderr) ?? new Error(`git ${args.join(' ')} ended with ${code}: ${stderr.trim()}`)
    );
  }
}

/** The variables that git reads, and that helpers read which get a token for the origin. */
const neededByGit = [
  ...['GIT_*', 'SSH_*', 'GCM_*', 'GPG_*', 'GNUPGHOME', 'EMAIL', 'EDITOR'],
  ...['GITHUB_TOKEN', 'GH_TOKEN', 'GH_*', 'SYSTEM_ACCESSTOKEN'],
];

function environment(config: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = childEnvironment(process.env, neededByGit);
  for (const name of hookVariables) delete inherited[name];
  return {
    ...inherited,
    ...settings(config, Number(inherited['GIT_CONFIG_COUNT'] ?? 0)),
    LC_ALL: 'C',
    LANGUAGE: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // Reading must not take the index's lock from another process that works in the same tree.
    GIT_OPTIONAL_LOCKS: '0',
    // A folder may be named like a pattern: `apps/[id]`.
    GIT_LITERAL_PATHSPECS: '1',
  };
}

/** Returns settings as variables, after those that there are. */
function settings(config: Readonly<Record<string, string>>, first: number): NodeJS.ProcessEnv {
  const entries = Object.entries(config);
  if (entries.length === 0) return {};
  const variables = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  return { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(first + entries.length) };
}

function cannotStart(folder: string, cause: Error): Refusal {
  return new Refusal({
    type: 'git-missing',
    doing: 'read the git repository',
    reason: `git could not be started in ${folder} (${cause.message}).`,
    remedy: 'Install git, and make sure that it is on the PATH.',
    cause,
  });
}

/** Problems with the repository as a whole, which a user can fix. */
function repositoryProblem(folder: string, stderr: string): Refusal | undefined {
  const doing = 'read the git repository';
  if (/not a git repository|must be run in a work tree/.test(stderr))
    return new Refusal({
      type: 'not-a-git-repository',
      doing,
      reason: `${folder} is not inside a git working tree.`,
      remedy: 'Releases are made of commits: run `git init`, or run this inside a clone.',
    });
  if (/dubious ownership/.test(stderr))
    return new Refusal({
      type: 'git-repository-of-another-user',
      doing,
      reason: `Git does not trust ${folder}, because it belongs to another user.`,
      remedy: `If you trust it, run \`git config --global --add safe.directory ${folder}\`.`,
      evidence: stderr.trim().split('\n').slice(0, 3),
    });
  return undefined;
}
