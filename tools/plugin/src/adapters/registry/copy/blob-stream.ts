import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { Digest } from '../../../model/image/image-ref.ts';

/** A blob of many gigabytes takes its time; a registry that got all of it may take minutes to put it away. */
const longestStillMs = 300_000;

/** A transfer in which nothing moves any more. */
export class TransferStalled extends Error {
  readonly code: string;

  constructor(ms: number) {
    const code = `nothing moved for ${ms / 1000} s`;
    super(code);
    this.code = code;
  }
}

/** A blob that is longer or shorter than its manifest says. */
export class OtherSize extends Error {}

/**
 * The content of one blob on its way between two registries: it is measured, and its digest is made. It ends when
 * nothing of it has moved for long, as nobody knows beforehand how long all of it takes.
 */
export class BlobStream extends Transform {
  private readonly hash = createHash('sha256');
  private readonly still = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private passed = 0;

  readonly size: number;

  /** @param size bytes that it must have. @param stillMs tests hurry. */
  constructor(size: number, stillMs = longestStillMs) {
    super();
    this.size = size;
    this.timer = setTimeout(() => this.still.abort(new TransferStalled(stillMs)), stillMs);
    this.timer.unref();
  }

  /** Aborted when nothing moves. */
  get signal(): AbortSignal {
    return this.still.signal;
  }

  /** The digest of all that passed; undefined when that was more or less than it must have. */
  digest(): Digest | undefined {
    return this.passed === this.size ? `sha256:${this.hash.digest('hex')}` : undefined;
  }

  override _transform(piece: Buffer, _: BufferEncoding, callback: TransformCallback): void {
    this.timer.refresh();
    this.passed += piece.length;
    this.hash.update(piece);
    callback(this.passed > this.size ? new OtherSize() : null, piece);
  }

  /** The rest of a blob that is shorter than announced would be waited for. */
  override _flush(callback: TransformCallback): void {
    callback(this.passed < this.size ? new OtherSize() : null);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.timer);
    callback(error);
  }
}
