import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDigest, type Digest, type ImageRef } from '../model/image-ref.ts';
import { Failure } from '../model/product-error.ts';
import type { ContainerEngine, ImageBuild } from '../release/ports/container-engine.ts';
import { buildFailure, pushProblem } from './engine-problems.ts';
import { podmanBuildArguments, podmanPushArguments } from './podman-arguments.ts';
import { runTool, type RunTool } from './run-tool.ts';

/** The podman command line, which needs no server. */
export class PodmanEngine implements ContainerEngine {
  readonly name = 'podman';
  private readonly run: RunTool;

  constructor(run: RunTool = runTool) {
    this.run = run;
  }

  async build(build: ImageBuild, onLine: (line: string) => void): Promise<void> {
    const { code, lastLines } = await this.run('podman', podmanBuildArguments(build), { onLine });
    if (code !== 0) throw buildFailure('podman', build, lastLines);
  }

  async push(image: ImageRef, onLine: (line: string) => void): Promise<Digest> {
    const folder = await mkdtemp(join(tmpdir(), 'podman-push-'));
    try {
      const digestFile = join(folder, 'digest');
      const { code, lastLines } = await this.run('podman', podmanPushArguments(image, digestFile), { onLine });
      if (code !== 0) throw pushProblem('podman', image, lastLines);
      const digest = parseDigest((await readFile(digestFile, 'utf8').catch(() => '')).trim());
      if (digest !== undefined) return digest;
      throw new Failure({
        type: 'image-push-failed',
        doing: `push ${image.tagged}`,
        reason: 'podman did not tell the digest of what it pushed.',
        remedy: 'Run the same command again; if it stays so, update podman.',
        evidence: lastLines.slice(-5),
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
