import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalService } from '../../ports/dev/dev-machine.ts';

/** Services that are being developed in a workspace: a file for each, beside what else a run of it keeps. */
export class LocalServices {
  private readonly folder: string;

  constructor(root: string) {
    // Beside Nx's own files, which git ignores and nobody releases.
    this.folder = join(root, '.nx', 'dev');
  }

  /** Folder for the files of a service's run. */
  tempOf(service: string): string {
    return join(this.folder, service);
  }

  /** Finds a service whose process is there; what a process that was killed has left counts for nothing. */
  find(service: string): LocalService | undefined {
    try {
      const found = JSON.parse(readFileSync(this.fileOf(service), 'utf8')) as LocalService;
      return isAlive(found.pid) ? found : undefined;
    } catch {
      return undefined;
    }
  }

  announce(service: string, port: number): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.fileOf(service), JSON.stringify({ pid: process.pid, port } satisfies LocalService));
  }

  clean(service: string): void {
    rmSync(this.fileOf(service), { force: true });
    rmSync(this.tempOf(service), { recursive: true, force: true });
    try {
      rmdirSync(this.folder);
    } catch {
      // Another service's files are there.
    }
  }

  private fileOf(service: string): string {
    return join(this.folder, `${service}.json`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
