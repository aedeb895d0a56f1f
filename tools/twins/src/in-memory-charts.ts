import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { RemoteChart } from '../../plugin/src/model/manifests/rendering/remote-chart.ts';
import type { Charts } from '../../plugin/src/ports/charts.ts';

/** Charts by their digests. */
export class InMemoryCharts implements Charts {
  readonly archives = new Map<string, Uint8Array>();

  async archive(chart: RemoteChart): Promise<Uint8Array> {
    const found = this.archives.get(chart.digest);
    if (found) return found;
    throw new Refusal({
      type: 'no-chart',
      doing: `fetch the chart ${chart.toString()}`,
      reason: `${chart.registry} does not have it.`,
      remedy: 'Correct it.',
    });
  }
}
