import { pipeline } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { ProductError } from '../../../model/errors/product-error.ts';
import type { ImageRef } from '../../../model/image/image-ref.ts';
import { AskingAgain } from '../asking-again.ts';
import type { HttpAnswer } from '../http-requests.ts';
import type { Descriptor } from '../manifest.ts';
import { missing } from '../platform-images.ts';
import type { RegistryClient } from '../registry-client.ts';
import { noAnswer, otherContent, purposeOf, registryFails } from '../registry-refusals.ts';
import { BlobStream, OtherSize } from './blob-stream.ts';

/** A blob is sent anew this often when its transfer breaks off. */
const attempts = 3;
/** Answers to a blob after which it is begun anew: a token or an upload that has run out, and a registry that is busy. */
const passing = [401, 404, 416, 429, 500, 502, 503, 504];

/** How a blob came to a repository. */
export type Way = 'sent' | 'mounted';

/** Brings blobs from one repository to another: taken over where both are one registry's, and otherwise passed through. */
export class BlobTransfer {
  private readonly from: ImageRef;
  private readonly to: ImageRef;
  private readonly client: RegistryClient;
  private readonly stop: AbortSignal | undefined;
  /** Bytes that a registry has begun to be sent. */
  private hasBegun = false;
  private mounts: boolean;

  constructor(from: ImageRef, to: ImageRef, client: RegistryClient, stop?: AbortSignal) {
    this.from = from;
    this.to = to;
    this.client = client;
    this.stop = stop;
    this.mounts = from.registry === to.registry;
  }

  /** Reports whether anything was changed. */
  get began(): boolean {
    return this.hasBegun;
  }

  /** @throws {ProductError} when it breaks off again and again, or is not permitted. */
  async bring(blob: Descriptor): Promise<Way> {
    const again = new AskingAgain();
    for (let attempt = 1; ; attempt++) {
      this.stop?.throwIfAborted();
      const isLast = attempt >= attempts;
      const result = await this.bringOnce(blob).catch((error: unknown) => {
        const breaksOff = error instanceof ProductError && error.facts.type === 'registry-unreachable';
        if (!breaksOff || isLast || this.stop?.aborted) throw error;
        return { status: 503, headers: {} };
      });
      if (typeof result === 'string') return result;
      const wait = again.waitAfter(result) ?? (isLast || result.status === 429 ? undefined : 0);
      if (wait === undefined) throw registryFails(this.to, result.status, 'push');
      await pause(wait, undefined, this.stop ? { signal: this.stop } : {});
    }
  }

  /** @returns the answer where it is to be begun anew. */
  private async bringOnce(blob: Descriptor): Promise<Way | Pick<HttpAnswer, 'status' | 'headers'>> {
    const place = (await this.mount(blob)) ?? (await this.start('blobs/uploads/'));
    this.hasBegun = true;
    if (place === 'mounted') return place;
    const body = new BlobStream(blob.size);
    const signal = AbortSignal.any([body.signal, ...(this.stop ? [this.stop] : [])]);
    let lost: unknown;
    try {
      const got = await this.client.open(this.from, {
        method: 'GET',
        path: `blobs/${blob.digest}`,
        expected: [404],
        signal,
      });
      if (got.status === 404) throw missing(this.from, blob);
      got.stream.on('error', (error) => (lost = error));
      pipeline(got.stream, body, () => {});
      const answer = await this.put(blob, place, body, signal).catch((error: unknown) => {
        if (body.errored instanceof OtherSize) throw otherContent(this.from, blob.digest, got.origin);
        throw lost === undefined ? error : noAnswer(this.from.registry, purposeOf(this.from, 'pull'), lost);
      });
      if (passing.includes(answer.status)) return answer;
      if (body.digest() !== blob.digest) throw otherContent(this.from, blob.digest, got.origin);
      if (answer.status >= 300) throw registryFails(this.to, answer.status, 'push');
      return 'sent';
    } finally {
      body.destroy();
    }
  }

  private put(blob: Descriptor, place: URL, stream: BlobStream, signal: AbortSignal): Promise<HttpAnswer> {
    place.searchParams.set('digest', blob.digest);
    return this.client.send(this.to, {
      method: 'PUT',
      path: place.href,
      rights: 'push',
      headers: { 'content-type': 'application/octet-stream' },
      body: { stream, length: blob.size },
      expected: [400, ...passing],
      signal,
    });
  }

  /** @returns undefined where the registry does not take it over, or the login may not. */
  private async mount({ digest }: Descriptor): Promise<'mounted' | URL | undefined> {
    if (!this.mounts) return undefined;
    const query = new URLSearchParams({ mount: digest, from: this.from.repository });
    try {
      return await this.start(`blobs/uploads/?${query.toString()}`);
    } catch (error) {
      // Whether it may be written to is asked again, without this.
      if (!(error instanceof ProductError) || !/^registry-(denies|login)/.test(error.facts.type)) throw error;
      this.mounts = false;
      return undefined;
    }
  }

  /** Asks for a place to send a blob to. */
  private async start(path: string): Promise<'mounted' | URL> {
    const answer = await this.client.send(this.to, { method: 'POST', path, rights: 'push', signal: this.stop });
    if (answer.status === 201) return 'mounted';
    const { location } = answer.headers;
    if (location === undefined) throw registryFails(this.to, answer.status, 'push');
    return new URL(location, `${answer.origin}/v2/${this.to.repository}/`);
  }
}
