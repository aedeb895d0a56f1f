import type { CredentialsOf } from '../../model/image/credentials.ts';
import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { BuildRecipe, ContainerEngine, ImageBuild } from '../../ports/container-engine.ts';
import { beyondLegacyDocker, beyondServer, refuseBeyond } from './build-capabilities.ts';
import { requireSecrets, secretsIn, secretVariables } from './build-secrets.ts';
import { dockerBuildArguments } from './docker-arguments.ts';
import { pinLocally } from './pin-base-images.ts';
import { findDockerBuilder, type DockerBuilder } from './docker-builder.ts';
import { lentDockerSettings } from './docker-settings.ts';
import { buildFailure, pushProblem, severalPlatforms, silentBuilder } from './engine-problems.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';
import { ImageLayouts } from './image-layouts.ts';
import { UntaggedImages } from './untagged-images.ts';
import { sourceDateEnvironment, type ImageOutput } from './platform-arguments.ts';
import { withLentLogins, withLoginsOfBuild, type Lending } from './temporary-credentials.ts';
import { runTool, type RunTool, type ToolResult } from './run-tool.ts';

/** The docker command line, and its server or the builder that was chosen for it. */
export class DockerEngine implements ContainerEngine {
  readonly name = 'docker';
  private readonly run: RunTool;
  private readonly lending: Lending;
  private readonly layouts: ImageLayouts;
  private readonly untagged: UntaggedImages;
  private chosen: Promise<DockerBuilder> | undefined;

  /** @param registry pushes what does not go through docker's server. @param lent what docker does not find by itself. */
  constructor(registry: BuiltImageRegistry, run: RunTool = runTool, lent: CredentialsOf = async () => undefined) {
    this.run = run;
    this.lending = { credentialsOf: lent, write: lentDockerSettings };
    this.layouts = new ImageLayouts(registry);
    this.untagged = new UntaggedImages(registry);
  }

  async requireBuildable(recipe: BuildRecipe): Promise<void> {
    const builder = await this.requirePlatforms(recipe);
    if (builder.trouble !== undefined) throw silentBuilder(builder.trouble);
    if (builder.kind === 'legacy') {
      const remedy =
        'Install buildx, its plugin (https://docs.docker.com/go/buildx/), or take podman (`POC_CONTAINER_ENGINE=podman`).';
      refuseBeyond('docker without buildx', beyondLegacyDocker(recipe), remedy);
    } else if (builder.kind === 'server') {
      const remedy =
        'Make a builder with `docker buildx create --use`, or turn on the containerd image store of its server.';
      refuseBeyond("docker's own builder", beyondServer(recipe, builder), remedy);
    }
    requireSecrets(recipe.settings);
  }

  async build(build: ImageBuild, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
    const { kind, pushes } = await this.requirePlatforms(build);
    const buildInto = (output: ImageOutput | undefined) => this.buildInto(output, build, onLine, signal);
    if (kind !== 'layout') return requireBuilt(build, await buildInto(undefined));
    const pushed = pushes ? await this.untagged.push(build.images, (push) => buildInto({ push })) : undefined;
    if (pushed) return requireBuilt(build, pushed);
    if (pushes) onLine('the builder does not push to that registry itself: its image goes through a folder');
    await this.layouts.write(build.images, async (layout) => requireBuilt(build, await buildInto({ layout })));
  }

  async push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest> {
    const tagged = await this.untagged.tag(image, signal);
    if (tagged !== undefined) return tagged;
    const pushed = await this.layouts.push(image, onLine, signal);
    return pushed ?? this.pushFromStore(image, onLine, signal);
  }

  async forget(image: ImageRef): Promise<void> {
    this.untagged.forget(image);
    this.layouts.forget(image);
  }

  /** Returns the builder. @throws {Refusal} when it cannot build for all platforms. */
  private async requirePlatforms({ settings: { platforms } }: BuildRecipe): Promise<DockerBuilder> {
    const builder = await this.builder();
    if (platforms.length > 1 && builder.kind !== 'layout') throw severalPlatforms(builder.kind, platforms);
    return builder;
  }

  /** Returns the builder. It is asked for once. */
  builder(): Promise<DockerBuilder> {
    this.chosen ??= findDockerBuilder(this.run);
    return this.chosen;
  }

  /** @param output where it goes; undefined for the server's store. */
  private async buildInto(
    output: ImageOutput | undefined,
    build: ImageBuild,
    onLine: (line: string) => void,
    signal: AbortSignal | undefined,
  ): Promise<ToolResult> {
    const builder = await this.builder();
    const secrets = { needs: secretVariables(build.settings), secrets: secretsIn(build.settings) };
    const goesTo = output && 'push' in output ? build.images.map(({ registry }) => registry) : [];
    return withLoginsOfBuild(this.lending, { build, goesTo }, onLine, (env) =>
      this.buildPinned(build, { builder, output }, (args, shown) =>
        this.run('docker', args, {
          ...(shown ? { onLine } : {}),
          signal,
          ...secrets,
          env: {
            ...env,
            ...sourceDateEnvironment(build),
            // Said aloud, because without it the legacy builder begins with a notice of its deprecation.
            DOCKER_BUILDKIT: builder.kind === 'legacy' ? '0' : '1',
            DOCKER_CLI_HINTS: 'false',
            // Of how it was built, nothing is asked for.
            BUILDX_METADATA_PROVENANCE: 'disabled',
            // buildx would start git four times for what it says of the source in a provenance.
            BUILDX_GIT_INFO: 'false',
          },
        }),
      ),
    );
  }

  private async buildPinned(
    build: ImageBuild,
    { builder, output }: { readonly builder: DockerBuilder; readonly output: ImageOutput | undefined },
    run: (args: readonly string[], shown: boolean) => ReturnType<RunTool>,
  ): Promise<ToolResult> {
    const { baseImages = [], ...plain } = build;
    const way = { buildKit: builder.kind !== 'legacy', output };
    if (builder.takesContexts) return run(dockerBuildArguments(build, way), true);
    const quietly = (args: readonly string[]) => run(args, args[0] === 'pull');
    return (await pinLocally(baseImages, quietly)) ?? run(dockerBuildArguments(plain, way), true);
  }

  private async pushFromStore(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest> {
    const { code, stdout, lastLines } = await withLentLogins(this.lending, [image.registry], (env) =>
      this.run('docker', ['push', '--', image.tagged], { onLine, env, signal }),
    );
    if (code !== 0) throw pushProblem('docker', image, lastLines);
    const digest = digestOfPush(stdout) ?? (await this.digestOfImage(image));
    if (digest !== undefined) return digest;
    throw new Failure({
      type: 'image-push-failed',
      doing: `push ${image.tagged}`,
      reason: 'docker did not report the digest of the pushed image.',
      remedy: 'Run the same command again; if it stays so, update docker.',
      evidence: lastLines.slice(-5),
    });
  }

  private async digestOfImage(image: ImageRef): Promise<Digest | undefined> {
    const args = ['image', 'inspect', '--format={{json .RepoDigests}}', '--', image.tagged];
    const { code, stdout } = await this.run('docker', args);
    return code === 0 ? digestInRepository(stdout, image) : undefined;
  }
}

/** @throws {Failure} when a build did not succeed. */
function requireBuilt(build: ImageBuild, { code, lastLines }: ToolResult): void {
  if (code !== 0) throw buildFailure('docker', build, lastLines);
}

/** Reads the last line of `docker push`: `20261124-1: digest: sha256:… size: 1234`. */
export function digestOfPush(output: string): Digest | undefined {
  return parseDigest(/\bdigest: (sha256:[0-9a-f]{64})\b/.exec(output)?.[1] ?? '');
}

/** Reads `RepoDigests`. Of one image pushed to several repositories each has its own line. */
export function digestInRepository(json: string, image: ImageRef): Digest | undefined {
  const start = `${image.registry}/${image.repository}@`;
  const found = ((JSON.parse(json) ?? []) as string[]).find((text) => text.startsWith(start));
  return parseDigest(found?.slice(start.length) ?? '');
}
