import type { ChangeOrigin } from '../model/content/change-origin.ts';
import type { ServiceMap } from './service-map.ts';

/** The projects and npm packages of the workspace, by the project graph as it is now: the ways on which a change reaches services. */
export interface ProjectLinks {
  /** Returns those that a change is part of; none where it concerns services otherwise, as a setting may. */
  holdersOf(origin: ChangeOrigin): readonly string[];
  /** Returns those that need one themselves. */
  directUsersOf(project: string): readonly string[];
  /** Returns what a project is called: a service by its name, any other by its folder. */
  describeLink(project: string): LinkedProject;
}

/** A project or package on the way. */
export interface LinkedProject {
  readonly kind: 'service' | 'project' | 'package';
  readonly name: string;
}

/** The services of the workspace with the ways on which changes reach them. */
export type WorkspaceMap = ServiceMap & ProjectLinks;
