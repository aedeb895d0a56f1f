import type { Git } from '../git.ts';
import type { GitObject } from './git-object.ts';
import { ObjectSession, type SessionEnding } from './object-session.ts';

const batch = ['cat-file', '--batch'];
/** Milliseconds for which git waits for another question before it is ended. */
const idleMs = 10_000;

/**
 * The objects of a repository, read by one process of git that is kept: each start of git takes as much processor time as
 * a hundred objects do, and a release reads one here and one there. It finds what was fetched or committed meanwhile.
 */
export class GitObjects {
  private readonly git: Git;
  private session: ObjectSession | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(git: Git) {
    this.git = git;
  }

  /**
   * Reads objects. @param asked their names, or what git takes for one (`HEAD^{commit}`), without line breaks.
   * @returns those that are there, by what was asked for. @throws {Refusal} naming the repository's problem.
   */
  async read(asked: readonly string[]): Promise<Map<string, GitObject>> {
    if (asked.length === 0) return new Map();
    const objects = await this.ask(asked)
      // An interruption of the terminal ends all of its processes.
      .catch((ending: SessionEnding) => (ending.hasWorked ? this.ask(asked) : Promise.reject(ending)))
      .catch((ending: SessionEnding) => Promise.reject(this.git.failure(batch, ending)));
    return new Map(
      objects.flatMap((object, index): [string, GitObject][] => (object ? [[asked[index]!, object]] : [])),
    );
  }

  private async ask(asked: readonly string[]): Promise<(GitObject | undefined)[]> {
    if (!this.session || this.session.hasEnded) this.session = new ObjectSession(this.git.start(batch));
    const { session } = this;
    clearTimeout(this.idle);
    try {
      return await session.ask(asked);
    } finally {
      if (session.isIdle) this.closeWhenIdle(session);
    }
  }

  private closeWhenIdle(session: ObjectSession): void {
    clearTimeout(this.idle);
    const close = () => {
      session.close();
      if (this.session === session) this.session = undefined;
    };
    this.idle = setTimeout(close, idleMs);
    this.idle.unref();
  }
}
