import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../model/build/platform.ts';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import { isLoopbackRegistry } from '../../model/image/registry-host.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { BuildRecipe, ContainerEngine, ImageBuild } from '../../ports/container-engine.ts';
import { beyondPodman, dependsOnPodmanVersion, refuseBeyond } from './build-capabilities.ts';
import { requireSecrets, secretsIn, secretVariables } from './build-secrets.ts';
import { buildRegistries } from './dockerfile-registries.ts';
import { buildFailure, pushProblem } from './engine-problems.ts';
import { withLentLogins, withLoginsOfBuild, type Lending } from './temporary-credentials.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';
import { ImageLayouts } from './image-layouts.ts';
import { joinPlatforms } from './layout-index.ts';
import {
  hasStaleLayers,
  podmanBuildArguments,
  podmanExportArguments,
  podmanPushArguments,
  type PlatformPart,
} from './podman-arguments.ts';
import { plainRegistries } from './podman-registries.ts';
import { lentPodmanAuthFile } from './podman-auth-file.ts';
import { runTool, type RunTool, type ToolResult } from './run-tool.ts';

/** The podman command line, which needs no server. */
export class PodmanEngine implements ContainerEngine {
  readonly name = 'podman';
  private readonly run: RunTool;
  private readonly lending: Lending;
  private readonly layouts: ImageLayouts;

  /** @param registry pushes images of several platforms. @param lent what podman does not find by itself. */
  constructor(registry: BuiltImageRegistry, run: RunTool = runTool, lent: CredentialsOf = async () => undefined) {
    this.run = run;
    this.layouts = new ImageLayouts(registry);
    this.lending = { credentialsOf: lent, write: lentPodmanAuthFile };
  }

  async requireBuildable(recipe: BuildRecipe): Promise<void> {
    const version = dependsOnPodmanVersion(recipe) ? await this.version() : '';
    const remedy = 'Use docker with buildx, or a newer podman where one is named; or leave it out of `build`.';
    refuseBeyond(`podman${version === '' ? '' : ` ${version}`}`, beyondPodman(recipe, version), remedy);
    requireSecrets(recipe.settings);
  }

  private async version(): Promise<string> {
    const { stdout } = await this.run('podman', ['version', '--format={{.Client.Version}}']);
    return stdout.trim();
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
    const { code, lastLines } = await this.tryBuild(part, build, onLine, signal);
    if (code === 0) return;
    const isForCache = lastLines.some((line) => /failed pushing cache to/.test(line));
    if (!isForCache || build.settings.cache === undefined)
      throw buildFailure('podman', part ? ofPlatform(build, part.platform) : build, lastLines);
    // The layers that are built are here; podman ends for what would only have been faster elsewhere.
    onLine('podman could not write the cache of layers: building on without it');
    const withoutCache = { ...build, settings: { ...build.settings, cache: undefined } };
    await this.buildPart(part, withoutCache, onLine, signal);
  }

  private async tryBuild(
    part: PlatformPart | undefined,
    build: ImageBuild,
    onLine: (line: string) => void,
    signal: AbortSignal | undefined,
  ): Promise<ToolResult> {
    // As docker finds it: one beside the Dockerfile is instead of that of the context.
    const ignoreFiles = [`${build.dockerfile}.dockerignore`, join(build.context, '.dockerignore')];
    const dockerfile = await readFile(build.dockerfile, 'utf8').catch(() => '');
    const folder = await mkdtemp(join(tmpdir(), 'podman-build-'));
    try {
      // An empty file would count as none, and podman look for another.
      const none = join(folder, 'ignore');
      await writeFile(none, '.nothing-of-this-name\n');
      const ignoreFile = ignoreFiles.find((file) => existsSync(file)) ?? none;
      const args = podmanBuildArguments(build, { ignoreFile, isCached: !hasStaleLayers(dockerfile), part });
      const plain = buildRegistries(dockerfile, build.settings).filter(isLoopbackRegistry);
      const registries = await plainRegistries(folder, plain);
      return await withLoginsOfBuild(this.lending, { build }, onLine, (env) =>
        this.run('podman', args, {
          ...{ onLine, signal, env: { ...registries, ...env } },
          needs: secretVariables(build.settings),
          secrets: secretsIn(build.settings),
        }),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest> {
    const pushed = await this.layouts.push(image, onLine, signal);
    if (pushed !== undefined) return pushed;
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
