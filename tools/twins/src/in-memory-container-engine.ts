import type { Digest, ImageRef } from '../../plugin/src/model/image/image-ref.ts';
import { Failure, Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { BuildRecipe, ContainerEngine, ImageBuild } from '../../plugin/src/ports/container-engine.ts';
import type { InMemoryImageRegistry } from './in-memory-image-registry.ts';

/** Twin of a container engine for tests. It pushes into the registry's twin. */
export class InMemoryContainerEngine implements ContainerEngine {
  readonly name = 'in-memory';
  private readonly registry: InMemoryImageRegistry;
  private readonly built = new Map<string, ImageBuild>();
  /** Every build that was asked for, in order. */
  readonly builds: ImageBuild[] = [];
  /** Every image that was pushed, in order. */
  readonly pushes: ImageRef[] = [];
  /** The machine's own, for which it builds when nothing is said; its images do not say it when it is empty. */
  platform = '';
  /** When set, builds fail, and this is the last line of their output. */
  failsWith: string | undefined;
  /** When set, it refuses to build for several platforms. */
  onePlatform = false;
  /** Passes while something is built or pushed. */
  during: () => void | Promise<void> = () => {};

  constructor(registry: InMemoryImageRegistry) {
    this.registry = registry;
  }

  async requireBuildable({ settings }: BuildRecipe): Promise<void> {
    for (const [id, secret] of Object.entries(settings.secrets)) {
      if (!('env' in secret) || process.env[secret.env]) continue;
      throw new Refusal({
        type: 'build-secret-missing',
        doing: 'build the image',
        reason: `The secret ${id} of the build is not there.`,
        remedy: `Set ${secret.env}.`,
      });
    }
    if (settings.platforms.length < 2 || !this.onePlatform) return;
    throw new Refusal({
      type: 'engine-builds-one-platform',
      doing: `build an image for ${settings.platforms.join(' and ')}`,
      reason: `${this.name} builds one platform at a time.`,
      remedy: 'Choose another one.',
    });
  }

  async build(build: ImageBuild, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.builds.push(build);
    onLine(`building ${build.context}`);
    if (this.failsWith !== undefined) {
      onLine(this.failsWith);
      throw new Failure({
        type: 'image-build-failed',
        doing: `build the image of ${build.context}`,
        reason: 'The build failed.',
        remedy: 'Mend it.',
        evidence: [`building ${build.context}`, this.failsWith],
      });
    }
    await this.during();
    signal?.throwIfAborted();
    const inherited = await Promise.all((build.baseImages ?? []).map(({ image }) => this.registry.labels(image)));
    const labels = Object.assign({}, ...inherited, build.labels) as ImageBuild['labels'];
    for (const image of build.images) this.built.set(image.tagged, { ...build, labels });
  }

  async push(image: ImageRef, onLine: (line: string) => void, signal?: AbortSignal): Promise<Digest> {
    signal?.throwIfAborted();
    const build = this.built.get(image.tagged);
    if (!build) {
      const reason = 'There is no such image on this machine.';
      throw new Failure({
        type: 'image-push-failed',
        doing: `push ${image.tagged}`,
        reason,
        remedy: 'Build it first.',
      });
    }
    onLine(`pushing ${image.tagged}`);
    await this.during();
    signal?.throwIfAborted();
    const digest = this.put(image, build);
    this.pushes.push(image);
    return digest;
  }
  async forget(image: ImageRef): Promise<void> {
    this.built.delete(image.tagged);
  }

  private put(image: ImageRef, { context, labels, settings }: ImageBuild): Digest {
    const platforms = settings.platforms.map(String);
    if (platforms.length < 2) return this.registry.put(image, context, labels, platforms[0] ?? this.platform);
    return this.registry.putIndex(
      image,
      platforms.map((platform) => ({ platform, labels })),
    );
  }
}
