import { plainBuild } from '../../plugin/src/model/build/build-settings.ts';
import type { Digest, ImageRef } from '../../plugin/src/model/image/image-ref.ts';
import { Failure, Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { ContainerEngine, ImageBuild } from '../../plugin/src/ports/container-engine.ts';
import type { ImageRegistry } from '../../plugin/src/ports/image-registry.ts';

/** One engine under test, and a registry that it pushes to. */
export interface ContainerEngineScenario {
  readonly engine: ContainerEngine;
  readonly registry: ImageRegistry;
  /** An image of the registry that no other test uses. */
  newImage(): ImageRef;
  /** An image of a registry that does not answer. */
  unreachableImage(): ImageRef;
  /** Folder and Dockerfile of an image that holds a file with the text. */
  goodContext(text: string): Promise<Pick<ImageBuild, 'context' | 'dockerfile'>>;
  /** The same of an image on top of another. @param name as its Dockerfile names that. */
  contextOn(name: string): Promise<Pick<ImageBuild, 'context' | 'dockerfile'>>;
  /** The same of an image that cannot be built. */
  brokenContext(): Promise<Pick<ImageBuild, 'context' | 'dockerfile'>>;
}

/** Declares the behaviour that every container engine must have. */
export function containerEngineContract(start: () => Promise<ContainerEngineScenario>): void {
  const ignore = () => {};
  const plain = { settings: plainBuild, sourceDate: new Date('2026-11-24T12:00:00Z') };
  const labels = { 'org.opencontainers.image.title': 'orders', 'poc.dev/note': 'a "quoted" text; $(date) = ä' };

  it('builds and pushes; the registry then has the image under the digest that was told, with its labels', async () => {
    const { engine, registry, newImage, goodContext } = await start();
    const image = newImage();
    const lines: string[] = [];
    await engine.build({ ...plain, ...(await goodContext('a')), labels, images: [image] }, (line) => lines.push(line));
    expect(await registry.digest(image)).toBeUndefined();
    const digest: Digest = await engine.push(image, (line) => lines.push(line));
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await registry.digest(image)).toBe(digest);
    expect(await registry.digest(image.withDigest(digest))).toBe(digest);
    expect(await registry.labels(image.withDigest(digest))).toMatchObject(labels);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toMatch(/[\r\n]/);
    expect(await engine.push(image, ignore)).toBe(digest);
  });

  it('gives one build all its names', async () => {
    const { engine, registry, newImage, goodContext } = await start();
    const images = [newImage(), newImage()];
    await engine.build({ ...plain, ...(await goodContext('a')), labels, images }, ignore);
    for (const image of images)
      expect(await registry.digest(image.withDigest(await engine.push(image, ignore)))).toBeDefined();
  });

  it('takes a base image by the digest that it is told, wherever its tag has moved to', async () => {
    const { engine, registry, newImage, goodContext, contextOn } = await start();
    const bases: { readonly text: string; readonly pinned: ImageRef & { readonly digest: Digest } }[] = [];
    for (const text of ['one', 'two']) {
      const base = newImage();
      await engine.build({ ...plain, ...(await goodContext(text)), labels: { text }, images: [base] }, ignore);
      bases.push({ text, pinned: base.withDigest(await engine.push(base, ignore)) });
    }
    // Each tag is now that of another image than the one that is asked for.
    for (const [index, { text, pinned }] of bases.entries()) {
      const { tagged } = bases[1 - index]!.pinned;
      const image = newImage();
      const baseImages = [{ name: tagged, written: '$BASE', image: pinned }];
      const context = await contextOn(tagged);
      await engine.build({ ...plain, ...context, labels: { own: 'a' }, images: [image], baseImages }, ignore);
      const digest = await engine.push(image, ignore);
      // What the base says of itself is inherited.
      expect(await registry.labels(image.withDigest(digest))).toMatchObject({ text, own: 'a' });
    }
  });

  it('gives other content another digest', async () => {
    const { engine, newImage, goodContext } = await start();
    const digests: Digest[] = [];
    for (const text of ['a', 'b']) {
      const image = newImage();
      await engine.build({ ...plain, ...(await goodContext(text)), labels, images: [image] }, ignore);
      digests.push(await engine.push(image, ignore));
    }
    expect(digests[0]).not.toBe(digests[1]);
  });

  it('builds several at once', async () => {
    const { engine, registry, newImage, goodContext } = await start();
    const pushed = await Promise.all(
      ['a', 'b', 'c'].map(async (text) => {
        const image = newImage();
        await engine.build({ ...plain, ...(await goodContext(text)), labels: { text }, images: [image] }, ignore);
        return registry.labels(image.withDigest(await engine.push(image, ignore)));
      }),
    );
    expect(pushed).toEqual(['a', 'b', 'c'].map((text) => expect.objectContaining({ text })));
  });

  it('fails with the last lines of a build that fails', async () => {
    const { engine, newImage, brokenContext } = await start();
    const lines: string[] = [];
    const build = { ...plain, ...(await brokenContext()), labels, images: [newImage()] };
    const error: unknown = await engine.build(build, (line) => lines.push(line)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    const { facts } = error as Failure;
    expect(facts.type).toBe('image-build-failed');
    expect(facts.evidence?.length).toBeGreaterThan(0);
    expect(lines).toEqual(expect.arrayContaining([...(facts.evidence ?? [])]));
  });

  it('fails to push what was not built', async () => {
    const { engine, newImage } = await start();
    const error: unknown = await engine.push(newImage(), ignore).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ facts: { type: 'image-push-failed' } });
  });

  it('refuses, naming the registry, when it does not answer', async () => {
    const { engine, unreachableImage, goodContext } = await start();
    const image = unreachableImage();
    await engine.build({ ...plain, ...(await goodContext('a')), labels, images: [image] }, ignore);
    const error: unknown = await engine.push(image, ignore).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).facts.type).toBe('registry-unreachable');
    expect((error as Refusal).explain()).toContain(image.registry);
  });
}
