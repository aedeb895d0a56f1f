import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';
import { RunningService } from './running-service.ts';
import { cloneWorkspace, ServiceClone } from './service-clone.ts';
import type { Stack } from './stack.ts';

/** Clones of one workspace: in folders of other depths, at other commits and with other remotes. */
export interface Clones {
  readonly work: string;
  readonly here: string;
  readonly there: string;
  /** In which services get routes to try them by. */
  readonly trial: string;
}

/** @param work a folder for them. */
export async function makeClones(workspace: string, work: string): Promise<Clones> {
  const clones = {
    work,
    here: join(work, 'here'),
    there: join(work, 'a', 'longer', 'way'),
    trial: join(work, 'trial'),
  };
  const { here, there, trial } = clones;
  await Promise.all([here, there, trial].map((root) => cloneWorkspace(workspace, root)));
  const somebody = ['-c', 'user.name=stack-check', '-c', 'user.email=stack-check@example.com'];
  const message = ['--quiet', '--allow-empty', '--message=chore: nothing'];
  await runSuccessfully('git', [...somebody, 'commit', ...message], { cwd: there });
  await runSuccessfully('git', ['remote', 'set-url', 'origin', 'https://github.com/example/shop.git'], { cwd: there });
  return clones;
}

/** A generated service that is looked at. */
export class Subject {
  readonly stack: Stack;
  readonly here: ServiceClone;
  readonly there: ServiceClone;
  private readonly trial: ServiceClone;
  private readonly work: string;
  private readonly running = new Set<RunningService>();

  constructor(stack: Stack, service: string, clones: Clones) {
    this.stack = stack;
    this.here = new ServiceClone(clones.here, service);
    this.there = new ServiceClone(clones.there, service);
    this.trial = new ServiceClone(clones.trial, service);
    this.work = clones.work;
  }

  /** Builds it in both clones, in one of them over what an earlier build left, and with routes to try it by in the third. */
  async build(): Promise<void> {
    for (const path of ['stale.txt', 'lib/stale.py', 'Stale.dll']) this.there.write(join('dist', path), 'stale');
    this.stack.addTrialRoutes(this.trial);
    // Not at once: the second takes from caches what the first has put there.
    for (const clone of [this.here, this.there, this.trial]) {
      const wrong = await clone.run('build');
      if (wrong !== '') throw new Error(`The build of ${clone.name} failed: ${wrong}`);
    }
  }

  /** Does something with the service that has routes to try it by, and ends it whatever comes of that. */
  async during<T>(
    use: (service: RunningService) => Promise<T>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    return this.while(this.trial, use, env);
  }

  /** The same with the service as it was generated. */
  async asGenerated<T>(use: (service: RunningService) => Promise<T>): Promise<T> {
    return this.while(this.here, use, {});
  }

  private async while<T>(
    clone: ServiceClone,
    use: (service: RunningService) => Promise<T>,
    env: Readonly<Record<string, string>>,
  ): Promise<T> {
    const logs = join(this.work, 'logs');
    mkdirSync(logs, { recursive: true });
    const log = join(logs, `${this.stack.name}-${process.hrtime.bigint()}.log`);
    writeFileSync(log, '');
    const service = await RunningService.start(this.stack.program(clone), log, env);
    this.running.add(service);
    try {
      return await use(service);
    } finally {
      this.running.delete(service);
      service.kill();
      await service.ended;
    }
  }

  /** Ends what is left of it. */
  kill(): void {
    for (const service of this.running) service.kill();
  }
}
