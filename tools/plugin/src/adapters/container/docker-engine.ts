import type { CredentialsOf } from '../../model/image/credentials.ts';
import { parseDigest, type Digest, type ImageRef } from '../../model/image/image-ref.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { BuildRecipe, ContainerEngine, ImageBuild } from '../../ports/container-engine.ts';
import { beyondLegacyDocker, refuseBeyond } from './build-capabilities.ts';
import { requireSecrets, secretsIn, secretVariables } from './build-secrets.ts';
import { dockerBuildArguments } from './docker-arguments.ts';
import { lentDockerSettings } from './docker-settings.ts';
import { buildFailure, pushProblem } from './engine-problems.ts';
import { withLentLogins, withLoginsOfBaseImages, type Lending } from './temporary-credentials.ts';
import { runTool, type RunTool } from './run-tool.ts';

/** The docker command line and its server. */
export class DockerEngine implements ContainerEngine {
  readonly name = 'docker';
  private readonly run: RunTool;
  private readonly lending: Lending;
  private buildKit: Promise<boolean> | undefined;

  /** @param lent what docker does not find by itself. */
  constructor(run: RunTool = runTool, lent: CredentialsOf = async () => undefined) {
    this.run = run;
    this.lending = { credentialsOf: lent, write: lentDockerSettings };
  }

  async requireBuildable(recipe: BuildRecipe): Promise<void> {
    if (!(await this.hasBuildKit())) {
      const remedy =
        'Install buildx, its plugin (https://docs.docker.com/go/buildx/), or take podman (`POC_CONTAINER_ENGINE=podman`).';
      refuseBeyond('docker without buildx', beyondLegacyDocker(recipe), remedy);
    } else if (recipe.settings.cache && !(await this.hasCache())) {
      const remedy =
        'Make a builder with `docker buildx create --use`, or turn on the containerd image store of its server.';
      refuseBeyond("docker's own builder", ['cache'], remedy);
    }
    requireSecrets(recipe.settings);
  }

  async build(build: ImageBuild, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
    const buildKit = await this.hasBuildKit();
    const { code, lastLines } = await withLoginsOfBaseImages(this.lending, build, onLine, (env) =>
      this.run('docker', dockerBuildArguments(build, buildKit), {
        onLine,
        signal,
        needs: secretVariables(build.settings),
        secrets: secretsIn(build.settings),
        // Said aloud, because without it the legacy builder begins with a notice of its deprecation.
        env: { ...env, DOCKER_BUILDKIT: buildKit ? '1' : '0', DOCKER_CLI_HINTS: 'false' },
      }),
    );
    if (code !== 0) throw buildFailure('docker', build, lastLines);
  }

  async push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest> {
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

  /** Reports whether the builder that is chosen writes caches: the one in docker's server only does with another image store. */
  private async hasCache(): Promise<boolean> {
    const { stdout } = await this.run('docker', ['buildx', 'inspect']);
    if (!/^Driver:\s*docker\s*$/m.test(stdout)) return true;
    const { stdout: store } = await this.run('docker', ['info', '--format={{json .DriverStatus}}']);
    return store.includes('containerd.snapshotter');
  }

  /** Reports whether the server builds with BuildKit. */
  hasBuildKit(): Promise<boolean> {
    this.buildKit ??= this.run('docker', ['buildx', 'version']).then(({ code }) => code === 0);
    return this.buildKit;
  }
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
