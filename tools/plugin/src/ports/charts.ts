import type { RemoteChart } from '../model/manifests/rendering/remote-chart.ts';

/** Helm charts that registries have. */
export interface Charts {
  /**
   * Returns the archive of a chart, fetched once for this machine: its digest says what it is.
   * @throws {Refusal} when there is none, when it is no chart, or when the registry refuses.
   */
  archive(chart: RemoteChart): Promise<Uint8Array>;
}
