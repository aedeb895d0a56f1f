/** Who put a release into an environment, from where. */
export interface Actor {
  /** Person or machine account. */
  readonly person: string;
  /** Link to the CI run, or `user@host` for a command typed by hand. */
  readonly run: string;
}
