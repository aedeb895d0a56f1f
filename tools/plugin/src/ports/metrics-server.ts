/** A server that knows what services have measured. */
export interface MetricsServer {
  /** Asks for one number. Never throws but by the signal. */
  query(query: string, signal?: AbortSignal): Promise<MetricAnswer>;
}

/** The answer to a query. */
export type MetricAnswer =
  | { readonly state: 'value'; readonly value: number }
  /** There is nothing that the query could be answered by: no series, or 0 divided by 0. */
  | { readonly state: 'none' }
  /** It will not answer that, however often it is asked. */
  | { readonly state: 'refused'; readonly reason: string }
  /** It did not answer this time. The reason is a clause. */
  | { readonly state: 'unanswered'; readonly reason: string };
