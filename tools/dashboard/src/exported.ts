import type { DashboardExport } from '../../plugin/src/model/dashboard/export/dashboard-export.ts';
import { unpack, type Packed } from '../../plugin/src/model/dashboard/export/pack.ts';

/** All that an exported page shows; undefined where a server answers the page. */
export const exported = readExport();

function readExport(): DashboardExport | undefined {
  const data = document.querySelector('#dashboard-export')?.textContent;
  return data ? (unpack(JSON.parse(data) as Packed) as DashboardExport) : undefined;
}
