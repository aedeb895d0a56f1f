export type Properties = Readonly<Record<string, unknown>>;

/** A request to the management API that fits Microsoft's description. */
export interface ManagementRequest {
  readonly method: string;
  /** Values of the path's parameters, decoded. */
  readonly values: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly ifMatch: string | undefined;
  /** The `properties` of its body; empty when it has none. */
  readonly properties: Properties;
}

export interface Answer {
  readonly state: 'done';
  readonly status: number;
  readonly etag?: string | undefined;
  readonly body?: unknown;
}

/** Work that goes on after the answer. */
export interface Accepted {
  readonly state: 'accepted';
  /** How the first answer and the last poll are to be read: 200 or 201; 204 for what is deleted. */
  readonly status: number;
  /** The resource as it is while the work goes on. */
  readonly body: unknown;
  /** Does the work. @throws ArmError what polls answer. */
  readonly finish: () => Answer;
}

export type Handler = (request: ManagementRequest) => Answer | Accepted;

/** Handlers by method and template: `PUT apis/{apiId}`. */
export type Routes = Readonly<Record<string, Handler>>;

/** Returns a text among properties; undefined when there is none. */
export function textOf(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === 'string' ? value : undefined;
}
