/** How to reach a cluster's API server, and as whom. */
export interface ClusterAccess {
  readonly context: string;
  /** `https://10.0.0.1:6443`. */
  readonly server: string;
  readonly tls: {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  /** Agent that goes through a proxy, where the cluster is behind one. */
  readonly agent?: unknown;
  /** Headers that say who asks; asked for before each request, because tokens end. */
  headers(): Promise<Readonly<Record<string, string>>>;
}
