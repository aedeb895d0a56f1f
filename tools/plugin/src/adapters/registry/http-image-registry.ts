import type { CredentialsOf } from '../../model/image/credentials.ts';
import type { Digest, ImageRef } from '../../model/image/image-ref.ts';
import type { CopyAmount, ImageRegistry } from '../../ports/image-registry.ts';
import { isAzureRegistry } from './azure-registries.ts';
import { ImageCopy } from './copy/image-copy.ts';
import { LayoutSource } from './copy/layout-source.ts';
import { RegistrySource } from './copy/registry-source.ts';
import { readDigest } from './read-digest.ts';
import { readImageLabels } from './read-image-labels.ts';
import { RegistryClient, type ClientSettings } from './registry-client.ts';
import { findCredentials } from './registry-credentials.ts';

/** Registries that speak the OCI distribution specification: https, and plain http where that is usual or was told. */
export class HttpImageRegistry implements ImageRegistry {
  private readonly isAzure: (registry: string) => boolean;
  private readonly client: RegistryClient;

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

  labels(image: ImageRef): Promise<Readonly<Record<string, string>> | undefined> {
    return readImageLabels(image, this.client);
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

  async lockTag(image: ImageRef): Promise<void> {
    if (!this.isAzure(image.registry)) return;
    const { lockAzureTag } = await import('./azure-tag-lock.ts');
    await lockAzureTag(image, await this.client.accessTo(image));
  }
}
