import { createHash } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Digest, ImageRef } from '../../../plugin/src/model/release/image-ref.ts';

/** How a registry is written to without an engine. */
export interface WriterSettings {
  /** `https://10.0.0.1:5443`. */
  readonly origin: string;
  readonly ca?: string;
  /** The `Authorization` to push to a repository with. */
  readonly authorization?: (repository: string) => string;
}

/** Puts images without layers into a registry, by its own protocol. */
export class RegistryWriter {
  private readonly settings: WriterSettings;

  constructor(settings: WriterSettings) {
    this.settings = settings;
  }

  async put(image: ImageRef, labels: Readonly<Record<string, string>>): Promise<Digest> {
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: [] },
    });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...(await this.upload(image, config)) },
      layers: [],
    });
    await this.send(image, 'PUT', `/v2/${image.repository}/manifests/${image.tag}`, manifest);
    return digestOf(manifest);
  }

  private async upload(image: ImageRef, content: string): Promise<{ size: number; digest: Digest }> {
    const { location } = await this.send(image, 'POST', `/v2/${image.repository}/blobs/uploads/`);
    const url = new URL(location ?? '', this.settings.origin);
    const digest = digestOf(content);
    url.searchParams.set('digest', digest);
    await this.send(image, 'PUT', url.pathname + url.search, content);
    return { size: Buffer.byteLength(content), digest };
  }

  private send(image: ImageRef, method: string, path: string, body?: string): Promise<http.IncomingHttpHeaders> {
    const { origin, ca, authorization } = this.settings;
    const type = path.includes('/manifests/')
      ? 'application/vnd.oci.image.manifest.v1+json'
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

function digestOf(content: string): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
