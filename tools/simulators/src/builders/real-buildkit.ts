import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const run = promisify(execFile);

/** A server of BuildKit with nothing in its cache, and settings of docker in which it is the chosen builder. */
export class RealBuildKit {
  /** What docker finds it by. */
  readonly env: Readonly<Record<string, string>>;
  private readonly folder: string;
  private readonly server: ChildProcess;

  private constructor(folder: string, server: ChildProcess, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.server = server;
    this.env = env;
  }

  /**
   * @param tools folder of `docker-buildx`, `buildkitd` and `buildctl`.
   * @param mirror registry in plain http that it asks for the images of docker.io; none when left out.
   * @param commands folder that it looks for commands in besides.
   */
  static async start(
    tools: string,
    { mirror, commands }: { readonly mirror?: string | undefined; readonly commands?: string | undefined } = {},
  ): Promise<RealBuildKit> {
    const folder = mkdtempSync(join(tmpdir(), 'buildkit-'));
    const address = `unix://${join(folder, 'socket')}`;
    const worker = ['--oci-worker=true', '--containerd-worker=false', '--oci-worker-net=host'];
    const configuration = join(folder, 'buildkitd.toml');
    writeFileSync(configuration, mirror === undefined ? '' : mirrored(mirror));
    const paths = [`--config=${configuration}`, `--root=${join(folder, 'root')}`, `--addr=${address}`];
    const args = [...paths, ...worker];
    const PATH = [...(commands === undefined ? [] : [commands]), process.env['PATH']].join(delimiter);
    const server = spawn(join(tools, 'buildkitd'), args, { stdio: 'ignore', env: { ...process.env, PATH } });
    const settings = join(folder, 'docker');
    mkdirSync(join(settings, 'cli-plugins'), { recursive: true });
    symlinkSync(join(tools, 'docker-buildx'), join(settings, 'cli-plugins/docker-buildx'));
    writeFileSync(join(settings, 'config.json'), '{}');
    const env = { DOCKER_CONFIG: settings, BUILDX_BUILDER: 'real' };
    const started = new RealBuildKit(folder, server, env);
    try {
      await started.untilReady(join(tools, 'buildctl'), address);
      const create = ['buildx', 'create', '--name=real', '--driver=remote', address];
      await run('docker', create, { env: { ...process.env, DOCKER_CONFIG: settings } });
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** Ends the server alone: docker still has its name. */
  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.server.once('exit', resolve));
    if (this.server.exitCode === null && this.server.kill()) await ended;
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async untilReady(buildctl: string, address: string): Promise<void> {
    for (;;) {
      if (this.server.exitCode !== null) throw new Error(`buildkitd ended with ${this.server.exitCode}`);
      try {
        await run(buildctl, [`--addr=${address}`, 'debug', 'workers']);
        return;
      } catch {
        await pause(100);
      }
    }
  }
}

function mirrored(mirror: string): string {
  return `[registry."docker.io"]\nmirrors = ["${mirror}"]\n[registry."${mirror}"]\nhttp = true\n`;
}
