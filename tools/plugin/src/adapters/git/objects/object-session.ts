import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { parseObjectHeader, type GitObject } from './git-object.ts';

/** An object that was asked for. */
interface Question {
  readonly asked: string;
  answer(object: GitObject | undefined): void;
  fail(ending: SessionEnding): void;
}

/** The end of a session before it has answered. */
export interface SessionEnding {
  /** Exit code, or undefined when git could not be started. */
  readonly code: number | undefined;
  readonly stderr: string;
  readonly cause?: Error;
  /** True when it had answered before: it was ended from outside, and asking again may help. */
  readonly hasWorked: boolean;
}

/**
 * One run of `git cat-file --batch`, which answers questions in their order until its input ends. It keeps this process
 * from ending only while an answer is waited for.
 */
export class ObjectSession {
  private readonly child: ChildProcess;
  private readonly questions: Question[] = [];
  private readonly stderr: Buffer[] = [];
  private chunks: Buffer[] = [];
  /** Bytes in the chunks. */
  private received = 0;
  /** Bytes without which the next answer cannot be read further. */
  private needed = 1;
  private hasWorked = false;
  private ending: SessionEnding | undefined;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => this.take(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.stderr.push(chunk));
    // What has ended takes no input; its end is told below.
    child.stdin?.on('error', () => {});
    child.on('error', (cause) => this.end({ code: undefined, cause }));
    child.on('close', (code) => this.end({ code: code ?? 1 }));
    this.holdProcess(false);
  }

  get hasEnded(): boolean {
    return this.ending !== undefined;
  }

  get isIdle(): boolean {
    return this.questions.length === 0;
  }

  /** @param asked names, or what git takes for one. @returns undefined for what is not there. @throws {SessionEnding} */
  ask(asked: readonly string[]): Promise<(GitObject | undefined)[]> {
    const answers = asked.map(
      (each) =>
        new Promise<GitObject | undefined>((answer, fail) => {
          if (this.ending) fail(this.ending);
          else this.questions.push({ asked: each, answer, fail });
        }),
    );
    if (!this.ending) {
      this.holdProcess(true);
      this.child.stdin?.write(asked.map((each) => `${each}\n`).join(''));
    }
    return Promise.all(answers);
  }

  close(): void {
    this.child.stdin?.end();
  }

  private take(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.received += chunk.length;
    if (this.received < this.needed) return;
    const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
    const rest = this.answerFrom(all);
    this.chunks = rest.length === 0 ? [] : [rest];
    this.received = rest.length;
    if (this.isIdle) this.holdProcess(false);
  }

  /** Answers the questions whose answers are whole. @returns what is left. */
  private answerFrom(output: Buffer): Buffer {
    for (let at = 0; ;) {
      const lineEnd = output.indexOf('\n', at);
      const header = lineEnd < 0 ? undefined : parseObjectHeader(output.toString('latin1', at, lineEnd));
      const end = lineEnd + 1 + (header ? header.size + 1 : 0);
      if (lineEnd < 0 || end > output.length) {
        this.needed = lineEnd < 0 ? output.length - at + 1 : end - at;
        return output.subarray(at);
      }
      this.hasWorked = true;
      const { name, kind } = header ?? {};
      const object = name && kind ? { name, kind, content: output.subarray(lineEnd + 1, end - 1) } : undefined;
      this.questions.shift()?.answer(object);
      at = end;
    }
  }

  private end(how: Pick<SessionEnding, 'code' | 'cause'>): void {
    const stderr = Buffer.concat(this.stderr).toString();
    this.ending ??= { ...how, stderr, hasWorked: this.hasWorked };
    for (const { fail } of this.questions.splice(0)) fail(this.ending);
  }

  private holdProcess(holds: boolean): void {
    const way = holds ? 'ref' : 'unref';
    this.child[way]();
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) (stream as Socket | null)?.[way]();
  }
}
