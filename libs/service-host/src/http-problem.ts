/** An answer that says why a request was not served. Sent as `application/problem+json` (RFC 9457). */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  /** Stable name for machines, in kebab-case: `order-not-found`. */
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what was wrong and what to do, for the person who calls. */
  constructor(status: number, title: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.title = title;
    this.headers = headers;
  }
}
