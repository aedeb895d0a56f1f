/** Files by path, relative to the folder that they are rendered in. */
export type RenderedFiles = ReadonlyMap<string, Uint8Array>;

/** A tree of kustomizations. */
export interface KustomizeTree {
  readonly files: RenderedFiles;
  /** The folder of the kustomization that is built: `overlays/prod`, or `.`. */
  readonly entry: string;
  /** Where it is written, for what is said of it: `apps/orders/k8s`. */
  readonly folder: string;
}

/** A Helm chart with its values. */
export interface HelmChart {
  /** Those of the chart and of the values. */
  readonly files: RenderedFiles;
  /** The chart: `.`, or the path of an archive among the files. */
  readonly chart: string;
  /** Paths of the files of values, the later over the earlier. */
  readonly values: readonly string[];
  /** Name of Helm's release, after which charts name what they make. */
  readonly release: string;
  readonly namespace: string;
  /** Where it is written, for what is said of it: `apps/orders/chart`. */
  readonly folder: string;
}

/** Manifests as a renderer wrote them. */
export interface RenderedOutput {
  /** A stream of documents in YAML. */
  readonly text: string;
  /** The renderer and its version: `helm 4.3.0`. */
  readonly by: string;
}

/**
 * Makes manifests of what people write them in, by the tools that they know, without any network or cluster. The same
 * files give the same text.
 */
export interface ManifestRenderer {
  /** @throws {Refusal} when the tool is missing or of another version, or says what is wrong with the files. */
  kustomize(tree: KustomizeTree): Promise<RenderedOutput>;
  /** @throws {Refusal} likewise; also when a chart gives another text each time. */
  helm(chart: HelmChart): Promise<RenderedOutput>;
}
