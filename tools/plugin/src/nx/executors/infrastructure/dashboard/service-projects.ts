import type { ProjectGraph } from '@nx/devkit';
import type { ServiceProject } from '../../../../use-cases/dashboard/board/dashboard-rows.ts';
import { distinctServicesIn } from '../../running/service-names.ts';

/** Returns what the dashboard tells of the services' projects, by the names of the services. */
export function serviceProjects(graph: ProjectGraph | undefined): ReadonlyMap<string, ServiceProject> {
  if (!graph) return new Map();
  return new Map(
    distinctServicesIn(graph).map(({ name, project, root }) => [
      name,
      { tags: graph.nodes[project]?.data.tags ?? [], folder: root },
    ]),
  );
}
