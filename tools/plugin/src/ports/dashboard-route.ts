/** A request that the dashboard's server has let through: it comes from its own page. */
export interface DashboardRequest {
  /** Parts of the path that the route names with a colon: of `/api/runs/:id/cancel`, `id`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON of a POST; not checked yet. */
  readonly body: unknown;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Something that the dashboard's page can ask. */
export interface DashboardRoute {
  readonly method: 'GET' | 'POST';
  /** `/api/runs/:id/cancel`. */
  readonly path: string;
  /** @returns what is sent as JSON, or a `DashboardAnswer`. @throws {ProductError} */
  handle(request: DashboardRequest): Promise<unknown>;
}

/** An answer whose status is another than 200. */
export class DashboardAnswer {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    this.status = status;
    this.body = body;
  }
}
