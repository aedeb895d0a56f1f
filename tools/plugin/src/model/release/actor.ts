/** The person or CI that deployed a release, and from where. */
export interface Actor {
  /** Person or machine account. */
  readonly person: string;
  /** Link to the CI run, or `user@host` for a command typed by hand. */
  readonly run: string;
  /** In records: the account that wrote them, by the cluster's own word. The other two are what variables say. */
  readonly identity?: string;
}
