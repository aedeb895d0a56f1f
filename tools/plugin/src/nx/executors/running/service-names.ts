import type { ProjectGraph, ProjectGraphProjectNode } from '@nx/devkit';
import { commands, type CommandName } from '../../graph/commands.ts';
import { isExecutor } from '../../graph/executor-name.ts';
import { Refusal } from '../../../model/errors/product-error.ts';

/** A service, and the project that it is. */
export interface NamedService {
  /** By which its tags, images, records and labels are known. */
  readonly name: string;
  readonly project: string;
  /** Relative to the workspace's root. */
  readonly root: string;
}

/** Commands that only services have. */
const serviceCommands = (Object.keys(commands) as CommandName[]).filter((name) => commands[name].of === 'service');

/** Those of each graph: every service of a command asks for them, and they are found by all targets of all projects. */
const known = new WeakMap<ProjectGraph, readonly NamedService[]>();

/** Returns the services of the workspace: the projects that have this plugin's target `release`, whatever it is called. */
export function servicesIn(graph: ProjectGraph): readonly NamedService[] {
  const services = known.get(graph) ?? findServices(graph);
  known.set(graph, services);
  return services;
}

/** Returns the name by which Nx knows a service. */
export function projectNameOf(graph: ProjectGraph, service: string): string {
  return servicesIn(graph).find(({ name }) => name === service)?.project ?? service;
}

function findServices(graph: ProjectGraph): NamedService[] {
  return Object.values(graph.nodes)
    .filter(({ data }) => Object.values(data.targets ?? {}).some(({ executor }) => isExecutor(executor, 'release')))
    .map((node) => ({ name: serviceNameOf(node), project: node.name, root: node.data.root }));
}

/**
 * Returns the services, none of which has the name of another.
 * @throws {Refusal} naming both projects.
 */
export function distinctServicesIn(graph: ProjectGraph): NamedService[] {
  const services = servicesIn(graph);
  const byName = new Map(services.map((service) => [service.name, service]));
  for (const service of services) refuseTwin(service, [byName.get(service.name)!]);
  return [...services];
}

/**
 * Returns the service that a project is.
 * @throws {Refusal} when another one has the same name: they would share tags, images and records.
 */
export function serviceOfProject(graph: ProjectGraph, project: string): NamedService | undefined {
  const services = servicesIn(graph);
  const found = services.find((service) => service.project === project);
  if (found) refuseTwin(found, services);
  return found;
}

/** By the option `service` of one of its targets, or the last part of the project's name: `orders` of `@shop/orders`. */
export function serviceNameOf({ name, data }: ProjectGraphProjectNode): string {
  const given = Object.values(data.targets ?? {})
    .filter(({ executor }) => serviceCommands.some((command) => isExecutor(executor, command)))
    .map(({ options }) => (options as { service?: unknown } | undefined)?.service)
    .find((each) => typeof each === 'string');
  return given ?? name.slice(name.lastIndexOf('/') + 1);
}

function refuseTwin(service: NamedService, services: readonly NamedService[]): void {
  const twin = services.find(({ name, project }) => name === service.name && project !== service.project);
  if (!twin) return;
  throw new Refusal({
    type: 'service-name-twice',
    doing: `find the service ${service.name}`,
    reason: `The projects ${service.project} (${service.root}) and ${twin.project} (${twin.root}) are both services of this name, and would share tags, images and records.`,
    remedy:
      'Give one of them another name: `"release": {"options": {"service": "NAME"}}` among the targets in its project.json (or in `nx` of its package.json).',
  });
}
