import { ImageRef, type Digest } from '../../plugin/src/model/image/image-ref.ts';
import type { PlatformLabels } from '../../plugin/src/model/image/common-labels.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { ImageRegistry } from '../../plugin/src/ports/image-registry.ts';

/** One registry under test, and a hand to put images into it with. */
export interface ImageRegistryScenario {
  readonly registry: ImageRegistry;
  /** Host of the registry. */
  readonly host: string;
  /** Host of a registry that does not answer. */
  readonly unreachableHost: string;
  /** Puts an image in under its tag. @param platform that it is for; the empty text where it does not say. */
  put(image: ImageRef, labels: Readonly<Record<string, string>>, platform?: string): Promise<Digest>;
  /** Puts an index in under its tag: an image for each platform, and what was attested of them. */
  putIndex(image: ImageRef, images: readonly PlatformLabels[]): Promise<Digest>;
}

/** Declares the behaviour that every client of image registries must have. */
export function imageRegistryContract(start: () => Promise<ImageRegistryScenario>): void {
  let count = 0;
  const newImage = (host: string) =>
    ImageRef.of(`${host}/contract`, `orders-${process.pid}-${Date.now()}-${++count}`, '20261124-1');
  const labels = { 'org.opencontainers.image.title': 'orders', 'poc.dev/note': 'ä "quoted"' };

  it('finds nothing where nothing is', async () => {
    const { registry, host, put } = await start();
    const image = newImage(host);
    expect(await registry.digest(image)).toBeUndefined();
    expect(await registry.labels(image)).toBeUndefined();
    const digest = await put(image, labels);
    const other = ImageRef.parse(`${image.registry}/${image.repository}:20261124-2`)!;
    expect(await registry.digest(other)).toBeUndefined();
    expect(await registry.labels(newImage(host).withDigest(digest))).toBeUndefined();
  });

  it('finds digest and labels by tag and by digest', async () => {
    const { registry, host, put } = await start();
    const image = newImage(host);
    const digest = await put(image, labels);
    const byDigest = ImageRef.parse(`${image.registry}/${image.repository}@${digest}`)!;
    for (const each of [image, image.withDigest(digest), byDigest]) {
      expect(await registry.digest(each)).toBe(digest);
      expect(await registry.labels(each)).toEqual(labels);
    }
    const absent = image.withDigest(`sha256:${'0'.repeat(64)}`);
    expect(await registry.digest(absent)).toBeUndefined();
    expect(await registry.labels(absent)).toBeUndefined();
  });

  it('sees at once where a tag has been moved to', async () => {
    const { registry, host, put } = await start();
    const image = newImage(host);
    const [first, second] = [await put(image, labels), await put(image, {})];
    expect(await registry.digest(image)).toBe(second);
    expect(await registry.labels(image)).toEqual({});
    expect(await registry.labels(image.withDigest(first))).toEqual(labels);
  });

  it('reads of an index what the images of all its platforms say, whichever those are', async () => {
    const { registry, host, putIndex } = await start();
    const image = newImage(host);
    const of = (platform: string) => ({ platform, labels: { ...labels, architecture: platform } });
    const digest = await putIndex(image, [of('linux/arm64'), of('linux/s390x')]);
    expect(await registry.digest(image)).toBe(digest);
    expect(await registry.labels(image.withDigest(digest))).toEqual(labels);
  });

  it('reads for which platforms an image is: of an index, those of its images, and of one image its own', async () => {
    const { registry, host, put, putIndex } = await start();
    const image = newImage(host);
    const of = (platform: string) => ({ platform, labels });
    const index = await putIndex(image, [of('linux/s390x'), of('linux/arm64'), of('linux/arm/v6')]);
    const names = async (asked: ImageRef) => (await registry.platforms(asked))?.map(String);
    expect(await names(image.withDigest(index))).toEqual(['linux/arm/v6', 'linux/arm64', 'linux/s390x']);
    const one = newImage(host);
    expect(await names(one)).toBeUndefined();
    await put(one, labels, 'linux/arm64');
    expect(await names(one)).toEqual(['linux/arm64']);
    await put(one, labels, '');
    expect(await names(one)).toEqual([]);
  });

  it('reads labels and platforms at the same time, and each time anew', async () => {
    const { registry, host, put } = await start();
    const image = newImage(host);
    for (const platform of ['linux/arm64', 'linux/amd64']) {
      await put(image, { ...labels, platform }, platform);
      const [read, platforms] = await Promise.all([registry.labels(image), registry.platforms(image)]);
      expect([read, platforms?.map(String)]).toEqual([{ ...labels, platform }, [platform]]);
    }
  });

  it('refuses an index whose images were not built as the same release, and says which differ', async () => {
    const { registry, host, putIndex } = await start();
    const revision = 'org.opencontainers.image.revision';
    const image = newImage(host);
    const digest = await putIndex(image, [
      { platform: 'linux/arm64', labels: { ...labels, [revision]: 'aaa' } },
      { platform: 'linux/s390x', labels: { ...labels, [revision]: 'bbb' } },
    ]);
    const error: unknown = await registry.labels(image.withDigest(digest)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ facts: { type: 'image-platforms-differ' } });
    for (const part of [revision, 'linux/arm64', 'linux/s390x', 'bbb'])
      expect((error as Refusal).facts.reason).toContain(part);
  });

  it('leaves an image as it is when its tag is locked', async () => {
    const { registry, host, put } = await start();
    const image = newImage(host);
    const digest = await put(image, labels);
    await registry.lockTag(image);
    expect(await registry.digest(image)).toBe(digest);
    expect(await registry.labels(image)).toEqual(labels);
  });

  it('refuses, naming the registry, when it does not answer', async () => {
    const { registry, unreachableHost } = await start();
    const image = newImage(unreachableHost);
    for (const ask of ['digest', 'labels', 'platforms'] as const) {
      const error: unknown = await registry[ask](image).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Refusal);
      expect((error as Refusal).facts.type).toBe('registry-unreachable');
      expect((error as Refusal).explain()).toContain(unreachableHost);
    }
  });
}
