import { plainBuild } from '../../plugin/src/model/build/build-settings.ts';
import { Platform } from '../../plugin/src/model/build/platform.ts';
import { Failure } from '../../plugin/src/model/errors/product-error.ts';
import type { ContainerEngineScenario } from './container-engine-contract.ts';

/** Declares the behaviour of every container engine that can build for several platforms. */
export function platformsContract(start: () => Promise<ContainerEngineScenario>): void {
  const ignore = () => {};
  const platforms = [Platform.parse('linux/amd64')!, Platform.parse('linux/arm64')!];
  const both = { settings: { ...plainBuild, platforms }, sourceDate: new Date('2026-11-24T12:00:00Z') };
  const labels = { 'org.opencontainers.image.title': 'orders', 'poc.dev/note': 'a "quoted" text, of = both' };

  it('builds for two platforms, and pushes them as one image with the labels of both', async () => {
    const { engine, registry, newImage, goodContext } = await start();
    const images = [newImage(), newImage()];
    const recipe = { ...both, ...(await goodContext('a')) };
    await engine.requireBuildable(recipe);
    await engine.build({ ...recipe, labels, images }, ignore);
    for (const image of images) {
      expect(await registry.digest(image)).toBeUndefined();
      const digest = await engine.push(image, ignore);
      expect(await registry.digest(image)).toBe(digest);
      expect(await registry.labels(image.withDigest(digest))).toMatchObject(labels);
      await engine.forget(image);
    }
  });

  it('pushes no more what it was told to forget', async () => {
    const { engine, newImage, goodContext } = await start();
    const image = newImage();
    await engine.build({ ...both, ...(await goodContext('a')), labels, images: [image] }, ignore);
    await engine.forget(image);
    const error: unknown = await engine.push(image, ignore).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ facts: { type: 'image-push-failed' } });
  });
}
