import type { ApiId } from './identifiers.ts';

const segment = '[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9])?';
const path = new RegExp(`^${segment}(?:/${segment})*$`);
/** First part of paths that nobody calls: where an API is made that is not to be found yet. */
const stagedSegment = 'staged-api';

/** Path of an API behind the door's address: `orders`, `preprod/orders`. No two APIs of an instance have the same. */
export class ApiPath {
  private readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @returns the path that the text denotes, or undefined when it denotes none. */
  static parse(text: string): ApiPath | undefined {
    const isPath = text.length <= 400 && path.test(text) && text.split('/')[0] !== stagedSegment;
    return isPath ? new ApiPath(text) : undefined;
  }

  /** Returns the path at which an API is made before clients may find it. */
  static staged(id: ApiId): ApiPath {
    return new ApiPath(`${stagedSegment}/${id.toString()}`);
  }

  /** Returns the path that an API has at the door, whoever gave it. */
  static found(text: string): ApiPath {
    return new ApiPath(text);
  }

  toString(): string {
    return this.text;
  }
}
