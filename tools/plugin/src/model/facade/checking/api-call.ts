/** A call that shows whether an operation answers as it is described. */
export interface ApiCall {
  /** As lines name it: `GET /{id}`. */
  readonly name: string;
  /** Path and query after the API's address, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The answers that are described, by status: `200`, `4XX`, `default`. */
  readonly responses: Readonly<Record<string, unknown>>;
  /** True when a caller has to show who he is to the service. */
  readonly needsLogin: boolean;
}

/** An answer, as far as it is looked at. */
export interface ApiAnswer {
  readonly status: number;
  /** As it was sent: `application/json; charset=utf-8`. */
  readonly contentType?: string;
  /** How a caller can show who he is (`WWW-Authenticate`). */
  readonly challenge?: string;
  /** In JSON; other bodies are not read, because some have no end. */
  readonly body?: string;
  /** True when there is more of the body than is taken. */
  readonly isCut?: boolean;
}

/** No whole answer came. */
export interface NoApiAnswer {
  /** As a clause. */
  readonly reason: string;
  /** False when nothing was sent, because there was no connection. */
  readonly isConnected: boolean;
}

export type ApiResult = ApiAnswer | NoApiAnswer;

/** Reports whether an answer came. */
export function isAnswer(result: ApiResult): result is ApiAnswer {
  return 'status' in result;
}
