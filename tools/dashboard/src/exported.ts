import type {
  DashboardExport,
  ExportDetails,
  ExportHead,
} from '../../plugin/src/model/dashboard/export/dashboard-export.ts';
import { unpack, type Packed } from '../../plugin/src/model/dashboard/export/pack.ts';

/** What the first view of an exported page shows; undefined where a server answers the page. */
export const exported = read<ExportHead>('#dashboard-export');
let details: ExportDetails | undefined;

/** Returns all of an export; the details are read with the first view that asks for some. */
export function wholeExport(head: ExportHead): DashboardExport {
  details ??= read<ExportDetails>('#dashboard-export-details')!;
  return { ...head, ...details };
}

function read<Part>(element: string): Part | undefined {
  const data = document.querySelector(element)?.textContent;
  return data ? (unpack(JSON.parse(data) as Packed) as Part) : undefined;
}
