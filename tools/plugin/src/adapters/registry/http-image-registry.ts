import { Platform } from '../../model/build/platform.ts';
import { distinctPlatforms } from '../../model/build/runs-image.ts';
import type { PlatformLabels } from '../../model/image/common-labels.ts';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import type { Digest, ImageRef } from '../../model/image/image-ref.ts';
import type { CopyAmount, ImageRegistry } from '../../ports/image-registry.ts';
import { isAzureRegistry } from './azure-registries.ts';
import { ImageCopy } from './copy/image-copy.ts';
import { LayoutSource } from './copy/layout-source.ts';
import { RegistrySource } from './copy/registry-source.ts';
import { readDigest } from './read-digest.ts';
import { labelsOf, readPlatformImages } from './platform-images.ts';
import { tryUpload } from './try-upload.ts';
import { RegistryClient, type ClientSettings } from './registry-client.ts';
import { findCredentials } from './registry-credentials.ts';

/** Registries that speak the OCI distribution specification: https, and plain http where that is usual or was told. */
export class HttpImageRegistry implements ImageRegistry {
  private readonly isAzure: (registry: string) => boolean;
  private readonly client: RegistryClient;
  /** Answers that are awaited, by the image: whoever asks meanwhile gets the same. */
  private readonly reading = new Map<string, Promise<readonly PlatformLabels[] | undefined>>();

  /** @param isAzure reports whether a registry can lock a tag. */
  constructor(
    credentialsOf: CredentialsOf = findCredentials,
    isAzure = isAzureRegistry,
    settings: ClientSettings = {},
  ) {
    this.client = new RegistryClient(credentialsOf, settings);
    this.isAzure = isAzure;
  }

  digest(image: ImageRef, signal?: AbortSignal): Promise<Digest | undefined> {
    return readDigest(image, this.client, signal);
  }

  async labels(image: ImageRef): Promise<Readonly<Record<string, string>> | undefined> {
    const images = await this.images(image);
    return images && labelsOf(image, images);
  }

  async platforms(image: ImageRef): Promise<readonly Platform[] | undefined> {
    const images = await this.images(image);
    return images && distinctPlatforms(images.flatMap(({ platform }) => Platform.parse(platform) ?? []));
  }

  /** Its labels and its platforms are asked for at the same time, and stand in the same answers. */
  private images(image: ImageRef): Promise<readonly PlatformLabels[] | undefined> {
    const key = image.toString();
    const known = this.reading.get(key);
    if (known) return known;
    const reading = readPlatformImages(image, this.client).finally(() => this.reading.delete(key));
    this.reading.set(key, reading);
    return reading;
  }

  plannedCopy(from: ImageRef, to: ImageRef): Promise<CopyAmount> {
    return new ImageCopy(new RegistrySource(from, this.client), to, this.client).plan();
  }

  copy(from: ImageRef, to: ImageRef, signal?: AbortSignal): Promise<CopyAmount> {
    return new ImageCopy(new RegistrySource(from, this.client), to, this.client, signal).run();
  }

  /**
   * Pushes an image that a builder wrote into a folder (OCI image layout), of one platform or of several.
   * @returns its digest. @throws as of a copy.
   */
  async pushLayout(folder: string, to: ImageRef, signal?: AbortSignal): Promise<Digest> {
    const layout = new LayoutSource(folder);
    const { root } = await layout.read();
    await new ImageCopy(layout, to, this.client, signal).run();
    return root.digest;
  }

  /** Asks whether an image may be pushed. @throws {Refusal} */
  tryUpload(image: ImageRef): Promise<void> {
    return tryUpload(image, this.client);
  }

  async lockTag(image: ImageRef): Promise<void> {
    if (!this.isAzure(image.registry)) return;
    const { lockAzureTag } = await import('./azure-tag-lock.ts');
    await lockAzureTag(image, await this.client.accessTo(image));
  }
}
