import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';
import { DockerEngine } from './docker-engine.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';
import { PodmanEngine } from './podman-engine.ts';
import { runTool, type RunTool } from './run-tool.ts';

const engineNames = ['docker', 'podman'] as const;

export type EngineName = (typeof engineNames)[number];

/**
 * Finds the container engine of this machine: docker when its server answers, else podman.
 * @param registry pushes what does not go through an engine.
 * @param chosen the one to take, and no other.
 * @param lent logins that engines do not find by themselves.
 * @throws {Refusal} with the reason for each engine that cannot be used, and what to do.
 */
export async function chooseEngine(
  registry: BuiltImageRegistry,
  chosen?: EngineName,
  lent?: CredentialsOf,
  run: RunTool = runTool,
): Promise<ContainerEngine> {
  const reasons: string[] = [];
  for (const name of chosen === undefined ? engineNames : [chosen]) {
    const engine = name === 'docker' ? new DockerEngine(registry, run, lent) : new PodmanEngine(registry, run, lent);
    const why = engine instanceof DockerEngine ? await whyNotDocker(engine, run) : await whyNotPodman(run);
    if (why === undefined) return engine;
    reasons.push(`${name}: ${why}`);
  }
  throw noEngine(chosen, reasons);
}

/**
 * Refuses where none can be used, without asking any: their commands are not on the PATH. Whether a server answers is
 * found when it is needed.
 * @throws {Refusal}
 */
export function requireInstalledEngine(chosen: EngineName | undefined, path = process.env['PATH'] ?? ''): void {
  const names = chosen === undefined ? engineNames : [chosen];
  const isInstalled = (name: string) =>
    path.split(delimiter).some((folder) => existsSync(join(folder, name)) || existsSync(join(folder, `${name}.exe`)));
  if (names.some(isInstalled)) return;
  throw noEngine(
    chosen,
    names.map((name) => `${name}: not installed.`),
  );
}

function noEngine(chosen: EngineName | undefined, reasons: readonly string[]): Refusal {
  return new Refusal({
    type: 'no-container-engine',
    doing: 'find a container engine',
    reason: chosen === undefined ? 'Neither docker nor podman can be used here.' : `${chosen} cannot be used here.`,
    remedy:
      'Install docker and start its server (or install podman, which needs none), then run the same command again.',
    evidence: reasons,
  });
}

async function whyNotDocker(engine: DockerEngine, run: RunTool): Promise<string | undefined> {
  const [{ kind, server }, { stdout: itself }] = await Promise.all([engine.builder(), run('docker', ['--version'])]);
  if (server?.code === 127) return 'not installed.';
  const hasServer = server?.code === 0 && server.stdout.trim() !== '';
  // A builder elsewhere needs no server here.
  if (!hasServer && kind !== 'layout')
    return `its server does not answer (${server?.lastLines.at(-1) ?? 'no output'}).`;
  // Distributions ship a `docker` that is podman; it does not take docker's options for a build.
  return /podman/i.test(itself) ? 'the command is podman under another name.' : undefined;
}

async function whyNotPodman(run: RunTool): Promise<string | undefined> {
  const { code, lastLines } = await run('podman', ['info', '--format={{.Version.Version}}']);
  if (code === 127) return 'not installed.';
  return code === 0 ? undefined : `it does not work here (${lastLines.at(-1) ?? 'no output'}).`;
}
