import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { ContainerEngine, ImageBuild } from '../../ports/container-engine.ts';
import { buildFailure, pushProblem } from './engine-problems.ts';
import { withLentLogins, withLoginsOfBaseImages, type Lending } from './temporary-credentials.ts';
import { podmanBuildArguments, podmanPushArguments } from './podman-arguments.ts';
import { lentPodmanAuthFile } from './podman-auth-file.ts';
import { runTool, type RunTool } from './run-tool.ts';

/** The podman command line, which needs no server. */
export class PodmanEngine implements ContainerEngine {
  readonly name = 'podman';
  private readonly run: RunTool;
  private readonly lending: Lending;

  /** @param lent what podman does not find by itself. */
  constructor(run: RunTool = runTool, lent: CredentialsOf = async () => undefined) {
    this.run = run;
    this.lending = { credentialsOf: lent, write: lentPodmanAuthFile };
  }

  async build(build: ImageBuild, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
    const { code, lastLines } = await withLoginsOfBaseImages(this.lending, build.dockerfile, onLine, (env) =>
      this.run('podman', podmanBuildArguments(build), { onLine, env, signal }),
    );
    if (code !== 0) throw buildFailure('podman', build, lastLines);
  }

  async push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest> {
    const folder = await mkdtemp(join(tmpdir(), 'podman-push-'));
    try {
      const digestFile = join(folder, 'digest');
      const { code, lastLines } = await withLentLogins(this.lending, [image.registry], (env) =>
        this.run('podman', podmanPushArguments(image, digestFile), { onLine, env, signal }),
      );
      if (code !== 0) throw pushProblem('podman', image, lastLines);
      const digest = parseDigest((await readFile(digestFile, 'utf8').catch(() => '')).trim());
      if (digest !== undefined) return digest;
      throw new Failure({
        type: 'image-push-failed',
        doing: `push ${image.tagged}`,
        reason: 'podman did not report the digest of the pushed image.',
        remedy: 'Run the same command again; if it stays so, update podman.',
        evidence: lastLines.slice(-5),
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
