import { ImageRef } from '../../plugin/src/model/image/image-ref.ts';
import type { ImageRegistryScenario } from './image-registry-contract.ts';

/** Two registries under test, and one that may be read only. */
export interface ImageCopyScenario extends ImageRegistryScenario {
  /** Host of the other registry. */
  readonly otherHost: string;
  readonly readOnlyHost: string;
}

/** Declares how every client of image registries must bring images from one to another. */
export function imageCopyContract(start: () => Promise<ImageCopyScenario>): void {
  let count = 0;
  const name = () => `copied-${process.pid}-${Date.now()}-${++count}`;
  const labels = { 'org.opencontainers.image.title': 'orders' };
  const at = (host: string, service: string) => ImageRef.of(`${host}/contract`, service, '20261124-1');
  const nothing = { blobs: 0, bytes: 0, mounted: 0 };
  const typeOf = (action: Promise<unknown>) =>
    action.then(
      () => 'none',
      ({ facts }: { facts?: { type?: string } }) => facts?.type,
    );

  it('copies an image with its digest, and says before how much that is', async () => {
    const { registry, host, otherHost, put } = await start();
    const service = name();
    const [from, to] = [at(host, service), at(otherHost, service)];
    const digest = await put(from, labels);
    const planned = await registry.plannedCopy(from.withDigest(digest), to);
    expect(planned).toEqual({ blobs: 1, bytes: expect.any(Number) as number, mounted: 0 });
    expect(await registry.digest(to)).toBeUndefined();
    expect(await registry.copy(from.withDigest(digest), to)).toEqual(planned);
    expect(await registry.digest(to)).toBe(digest);
    expect(await registry.labels(to.withDigest(digest))).toEqual(labels);
  });

  it('copies an index with the images for all platforms', async () => {
    const { registry, host, otherHost, putIndex } = await start();
    const service = name();
    const [from, to] = [at(host, service), at(otherHost, service)];
    const images = ['linux/arm64', 'linux/s390x'].map((platform) => ({ platform, labels: { ...labels, platform } }));
    const digest = await putIndex(from, images);
    const { blobs } = await registry.copy(from.withDigest(digest), to);
    // What is attested of them goes along.
    expect(blobs).toBeGreaterThanOrEqual(images.length);
    expect(await registry.digest(to)).toBe(digest);
    expect(await registry.labels(to)).toEqual(labels);
  });

  it('sends nothing of what is there', async () => {
    const { registry, host, otherHost, put } = await start();
    const service = name();
    const [from, to] = [at(host, service), at(otherHost, service)];
    const pinned = from.withDigest(await put(from, labels));
    await registry.copy(pinned, to);
    expect(await registry.plannedCopy(pinned, to)).toEqual(nothing);
    expect(await registry.copy(pinned, to)).toEqual(nothing);
  });

  it('comes to the same when two copy it at once', async () => {
    const { registry, host, otherHost, put } = await start();
    const service = name();
    const [from, to] = [at(host, service), at(otherHost, service)];
    const digest = await put(from, labels);
    await Promise.all([1, 2].map(() => registry.copy(from.withDigest(digest), to)));
    expect(await registry.digest(to)).toBe(digest);
  });

  it('has a registry take over from another repository of its own', async () => {
    const { registry, host, put } = await start();
    const [from, to] = [at(host, name()), at(host, name())];
    const pinned = from.withDigest(await put(from, labels));
    const taken = { blobs: 0, bytes: 0, mounted: 1 };
    expect(await registry.plannedCopy(pinned, to)).toEqual(taken);
    expect(await registry.copy(pinned, to)).toEqual(taken);
    expect(await registry.labels(to)).toEqual(labels);
  });

  it('never moves a tag that names another image', async () => {
    const { registry, host, otherHost, put } = await start();
    const service = name();
    const [from, to] = [at(host, service), at(otherHost, service)];
    const pinned = from.withDigest(await put(from, labels));
    const [first] = [await registry.copy(pinned, to)];
    expect(first.blobs).toBe(1);
    const other = from.withDigest(await put(from, { ...labels, other: 'yes' }));
    expect(await typeOf(registry.plannedCopy(other, to))).toBe('image-tag-taken');
    expect(await typeOf(registry.copy(other, to))).toBe('image-tag-taken');
    expect(await registry.digest(to)).toBe(pinned.digest);
  });

  it('refuses where it may not, and where nobody answers', async () => {
    const { registry, host, readOnlyHost, unreachableHost, put } = await start();
    const service = name();
    const from = at(host, service);
    const pinned = from.withDigest(await put(from, labels));
    expect(await typeOf(registry.copy(pinned, at(readOnlyHost, service)))).toBe('registry-denies-access');
    expect(await typeOf(registry.copy(pinned, at(unreachableHost, service)))).toBe('registry-unreachable');
    const gone = from.withDigest(`sha256:${'0'.repeat(64)}`);
    expect(await typeOf(registry.copy(gone, at(readOnlyHost, service)))).toBe('image-incomplete');
  });

  it('stops when it shall', async () => {
    const { registry, host, otherHost, put } = await start();
    const service = name();
    const from = at(host, service);
    const pinned = from.withDigest(await put(from, labels));
    const reason = new Error('stop');
    await expect(registry.copy(pinned, at(otherHost, service), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await registry.digest(at(otherHost, service))).toBeUndefined();
  });
}
