/** The present, so that tests can choose it. */
export type Clock = () => Date;

/** An answer of a server, as far as it tells the time there. */
export interface TimedAnswer {
  /** Address of the server. */
  readonly server: string;
  readonly headers: { readonly date?: string | undefined; readonly age?: string | undefined };
  /** When it was asked, in milliseconds since 1970. */
  readonly askedAt: number;
}

/** Is called with each answer that tells a server's time. */
export type OnAnswer = (answer: TimedAnswer) => void;
