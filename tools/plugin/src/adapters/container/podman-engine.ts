import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../model/build/platform.ts';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { ContainerEngine, ImageBuild } from '../../ports/container-engine.ts';
import { buildFailure, pushProblem } from './engine-problems.ts';
import { withLentLogins, withLoginsOfBaseImages, type Lending } from './temporary-credentials.ts';
import { ImageLayouts, type LayoutRegistry } from './image-layouts.ts';
import { joinPlatforms } from './layout-index.ts';
import {
  podmanBuildArguments,
  podmanExportArguments,
  podmanPushArguments,
  type PlatformPart,
} from './podman-arguments.ts';
import { lentPodmanAuthFile } from './podman-auth-file.ts';
import { runTool, type RunTool } from './run-tool.ts';

/** The podman command line, which needs no server. */
export class PodmanEngine implements ContainerEngine {
  readonly name = 'podman';
  private readonly run: RunTool;
  private readonly lending: Lending;
  private readonly registry: LayoutRegistry;
  private readonly layouts = new ImageLayouts();

  /** @param registry pushes images of several platforms. @param lent what podman does not find by itself. */
  constructor(registry: LayoutRegistry, run: RunTool = runTool, lent: CredentialsOf = async () => undefined) {
    this.run = run;
    this.registry = registry;
    this.lending = { credentialsOf: lent, write: lentPodmanAuthFile };
  }

  async requirePlatforms(): Promise<void> {
    // It builds one after the other, in all its versions.
  }

  async build(build: ImageBuild, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
    const { platforms } = build.settings;
    if (platforms.length < 2) return this.buildPart(undefined, build, onLine, signal);
    // Not by a list in podman's store: while podman 4.3 has one, it lists no image at all.
    await this.layouts.write(build.images, async (folder) => {
      for (const platform of platforms) await this.buildInto(folder, platform, build, { onLine, signal });
      await joinPlatforms(folder, platforms, build.labels);
    });
  }

  async forget(image: ImageRef): Promise<void> {
    this.layouts.forget(image);
  }

  private async buildInto(
    folder: string,
    platform: Platform,
    build: ImageBuild,
    { onLine, signal }: { onLine: (line: string) => void; signal: AbortSignal | undefined },
  ): Promise<void> {
    const idFile = join(folder, 'id');
    await this.buildPart({ platform, idFile }, build, onLine, signal);
    const id = (await readFile(idFile, 'utf8')).trim().replace(/^sha256:/, '');
    try {
      const { code, lastLines } = await this.run('podman', podmanExportArguments(id, folder, platform), {
        onLine,
        signal,
      });
      if (code !== 0) throw buildFailure('podman', build, lastLines);
    } finally {
      // Its steps stay: they are the cache of the next build.
      await this.run('podman', ['image', 'rm', '--no-prune', id]);
    }
  }

  private async buildPart(
    part: PlatformPart | undefined,
    build: ImageBuild,
    onLine: (line: string) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { code, lastLines } = await withLoginsOfBaseImages(this.lending, build.dockerfile, onLine, (env) =>
      this.run('podman', podmanBuildArguments(build, part), { onLine, env, signal }),
    );
    if (code !== 0) throw buildFailure('podman', part ? ofPlatform(build, part.platform) : build, lastLines);
  }

  async push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest> {
    const layout = this.layouts.of(image);
    if (layout !== undefined) {
      onLine(`pushing ${image.tagged}`);
      return this.registry.pushLayout(layout, image, signal);
    }
    const folder = await mkdtemp(join(tmpdir(), 'podman-push-'));
    try {
      const digestFile = join(folder, 'digest');
      const args = podmanPushArguments(image, digestFile);
      const { code, lastLines } = await withLentLogins(this.lending, [image.registry], (env) =>
        this.run('podman', args, { onLine, env, signal }),
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

function ofPlatform(build: ImageBuild, platform: Platform): ImageBuild {
  return { ...build, settings: { ...build.settings, platforms: [platform] } };
}
