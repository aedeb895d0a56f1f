import { createHash } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Digest, ImageRef } from '../../../plugin/src/model/image/image-ref.ts';

/** How a registry is written to without an engine. */
export interface WriterSettings {
  /** `https://10.0.0.1:5443`. */
  readonly origin: string;
  readonly ca?: string;
  /** The `Authorization` to push to a repository with. */
  readonly authorization?: (repository: string) => string;
}

/** An image's configuration and layers. */
export interface WrittenImage {
  readonly labels?: Readonly<Record<string, string>>;
  readonly layers?: readonly Buffer[];
  /** `linux/arm64`; the empty text where it does not say. */
  readonly platform?: string;
}

interface Written {
  readonly digest: Digest;
  readonly size: number;
}

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';

/** Puts images into a registry, by its own protocol. */
export class RegistryWriter {
  private readonly settings: WriterSettings;

  constructor(settings: WriterSettings) {
    this.settings = settings;
  }

  async put(image: ImageRef, labels: Readonly<Record<string, string>>, platform?: string): Promise<Digest> {
    return (await this.putImage(image, { labels, ...(platform === undefined ? {} : { platform }) })).digest;
  }

  /** Puts an image in, under its tag or its digest alone. */
  async putImage(
    image: ImageRef,
    { labels = {}, layers = [], platform = 'linux/amd64' }: WrittenImage,
    reference = image.tag,
  ): Promise<Written> {
    const rootfs = { type: 'layers', diff_ids: layers.map(digestOf) };
    const config = JSON.stringify({ ...platformFields(platform), config: { Labels: labels }, rootfs });
    const uploaded: Written[] = [];
    for (const layer of layers) uploaded.push(await this.upload(image, layer));
    const written = {
      schemaVersion: 2,
      mediaType: ociManifest,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...(await this.upload(image, config)) },
      layers: uploaded.map((layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer })),
    };
    return this.putManifest(image, written, reference);
  }

  /** Puts an index in, of an image for each platform, with an attestation as BuildKit has it. */
  async putIndex(
    image: ImageRef,
    images: readonly Required<Pick<WrittenImage, 'labels' | 'platform'>>[],
  ): Promise<Digest> {
    const manifests: unknown[] = [];
    for (const each of images) {
      const written = await this.putImage(image, each, '');
      manifests.push({ mediaType: ociManifest, ...written, platform: platformFields(each.platform) });
    }
    const attestation = await this.putImage(image, {}, '');
    manifests.push({ mediaType: ociManifest, ...attestation, platform: { os: 'unknown', architecture: 'unknown' } });
    return (await this.putManifest(image, { schemaVersion: 2, mediaType: ociIndex, manifests })).digest;
  }

  /** Puts a manifest in that is made already. @param reference its tag; the empty text for its digest alone. */
  async putManifest(image: ImageRef, json: Readonly<Record<string, unknown>>, reference = image.tag): Promise<Written> {
    const manifest = JSON.stringify(json);
    const digest = digestOf(manifest);
    await this.send(image, 'PUT', `/v2/${image.repository}/manifests/${reference || digest}`, manifest);
    return { digest, size: Buffer.byteLength(manifest) };
  }

  /** Puts a blob in. */
  async upload(image: ImageRef, content: string | Buffer): Promise<Written> {
    const { location } = await this.send(image, 'POST', `/v2/${image.repository}/blobs/uploads/`);
    const url = new URL(location ?? '', this.settings.origin);
    const digest = digestOf(content);
    url.searchParams.set('digest', digest);
    await this.send(image, 'PUT', url.pathname + url.search, content);
    return { size: Buffer.byteLength(content), digest };
  }

  private send(
    image: ImageRef,
    method: string,
    path: string,
    body?: string | Buffer,
  ): Promise<http.IncomingHttpHeaders> {
    const { origin, ca, authorization } = this.settings;
    const type = path.includes('/manifests/')
      ? (JSON.parse(String(body)) as { mediaType: string }).mediaType
      : 'application/octet-stream';
    const headers = {
      ...(authorization && { authorization: authorization(image.repository) }),
      ...(body !== undefined && { 'content-type': type }),
    };
    return new Promise((resolve, reject) => {
      const start = origin.startsWith('https:') ? https.request : http.request;
      const request = start(new URL(path, origin), { method, headers, ...(ca && { ca }) }, (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode! < 300) resolve(response.headers);
          else reject(new Error(`${method} ${path}: ${response.statusCode}`));
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}

function platformFields(platform: string): Readonly<Record<string, string | undefined>> {
  const [os, architecture, variant] = platform.split('/');
  return platform === '' ? {} : { architecture, os, variant };
}

function digestOf(content: string | Buffer): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
