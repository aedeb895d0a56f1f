import { hashCommand } from '../../model/product/installation.ts';

/** A named input or a glob, or the output of a command, in which `{infrastructure}` is the folder of that option. */
export type CommandInput = string | { readonly runtime: string };

/** A command of this plugin: a target of every service, or of the project that holds the environments. */
export interface Command {
  /** The projects that have it as a target. */
  readonly of: 'service' | 'infrastructure';
  readonly target: string;
  /** Shown by `nx show project`, by `--help` and in the docs. */
  readonly description: string;
  /** Never `docker`: `nx release` takes a project with such a target for one whose image it tags and pushes itself. */
  readonly technologies: readonly string[];
  /** Targets that Nx runs first, where the project has them; `prune` is that of Nx's own layout of images. */
  readonly dependsOn?: readonly string[];
  /**
   * Named inputs, by which alone files outside a project affect it in Nx's eyes. One that is built by its Dockerfile may have
   * no other target that says any.
   */
  readonly inputs?: readonly CommandInput[];
  /** Set for a command whose result depends on its inputs alone: Nx need not run it again while they are the same. */
  readonly isCached?: true;
  /** Returns whether a service has the command. @param files names in its folder. Without it, every service has. */
  readonly isFor?: (files: readonly string[]) => boolean;
  /** Set for a command that runs until it is stopped. */
  readonly isContinuous?: true;
  /** Set for a command that changes what runs in a cluster. */
  readonly deploys?: true;
}

/** All commands, by the names of their executors. */
export const commands = {
  release: {
    of: 'service',
    target: 'release',
    description: 'Build, push, tag and deploy a service to every automatic environment',
    technologies: ['kubernetes'],
    dependsOn: ['toolchain', 'api-lint', 'lint', 'test', 'build', 'prune'],
    inputs: ['default'],
    deploys: true,
  },
  'docker-release': {
    of: 'service',
    target: 'docker-release',
    description: 'Build and push the image of a service under a new build number',
    technologies: ['oci'],
    dependsOn: ['toolchain', 'build', 'prune'],
  },
  'git-tag': {
    of: 'service',
    target: 'git-tag',
    description: 'Tag the commit from which a pushed image was built',
    technologies: ['git'],
  },
  'k8s-deploy': {
    of: 'service',
    target: 'k8s-deploy',
    description: 'Deploy a release of a service to an environment',
    technologies: ['kubernetes'],
    deploys: true,
  },
  'api-publish': {
    of: 'service',
    target: 'api-publish',
    description: "Publish a release's API at the facade of an environment, where its code serves already",
    technologies: ['openapi', 'azure'],
    deploys: true,
  },
  promote: {
    of: 'service',
    target: 'promote',
    description: 'Promote a release that is verified in one environment to the next',
    technologies: ['kubernetes'],
    deploys: true,
  },
  canary: {
    of: 'service',
    target: 'canary',
    description: 'Promote or abort the canary of a service',
    technologies: ['kubernetes'],
    deploys: true,
  },
  rollback: {
    of: 'service',
    target: 'rollback',
    description: 'Roll a service back to an earlier release, and hold the one that it leaves',
    technologies: ['kubernetes'],
    deploys: true,
  },
  status: {
    of: 'service',
    target: 'status',
    description: 'Show which release of a service runs in which environment',
    technologies: ['kubernetes'],
  },
  history: {
    of: 'service',
    target: 'history',
    description: 'Show which releases of a service were deployed where, and how that ended',
    technologies: ['kubernetes'],
  },
  diff: {
    of: 'service',
    target: 'diff',
    description: 'Show what releasing the checkout, or deploying a release, would change, field by field',
    technologies: ['kubernetes'],
  },
  changes: {
    of: 'service',
    target: 'changes',
    description: 'Show what differs between two releases of a service: commits, API, manifests, dependencies',
    technologies: ['git', 'openapi', 'kubernetes'],
  },
  'api-lint': {
    of: 'service',
    target: 'api-lint',
    description: "Check a service's OpenAPI descriptions for mistakes, and for what API Management would not import",
    technologies: ['openapi'],
    inputs: [
      // References lead to any file of the service's folder.
      '{projectRoot}/**/*',
      '{workspaceRoot}/redocly.yaml',
      // Environments and the rules themselves affect no service, so they are no files among the inputs.
      { runtime: `${hashCommand('lint-rules-state')} "{infrastructure}"` },
    ],
    isCached: true,
    isFor: (files) => files.some((file) => /^openapi(\.v[1-9]\d{0,2})?\.yaml$/.test(file)),
  },
  dev: {
    of: 'service',
    target: 'dev',
    description: 'Run a service from its sources, and again when they are saved; its debugger stays attached',
    technologies: ['kubernetes'],
    dependsOn: ['toolchain'],
    isContinuous: true,
  },
  'infrastructure-rollback': {
    of: 'infrastructure',
    target: 'rollback',
    description: 'Roll a whole environment back to an earlier state',
    technologies: ['kubernetes'],
    deploys: true,
  },
  'infrastructure-status': {
    of: 'infrastructure',
    target: 'status',
    description: 'Show what runs where: services by environments',
    technologies: ['kubernetes'],
  },
  'infrastructure-where': {
    of: 'infrastructure',
    target: 'where',
    description: 'Show which builds and which environments have a commit',
    technologies: ['kubernetes', 'git'],
  },
  'infrastructure-audit': {
    of: 'infrastructure',
    target: 'audit',
    description: 'Check whether tags, images, pods, records and GitHub agree on what was released and what runs',
    technologies: ['kubernetes', 'git'],
  },
  'infrastructure-outdated': {
    of: 'infrastructure',
    target: 'outdated',
    description: 'Show which services are not up to date with the checked-out commit',
    technologies: ['kubernetes', 'git'],
  },
  'infrastructure-metrics': {
    of: 'infrastructure',
    target: 'metrics',
    description: 'Measure how changes are delivered to an environment: the four DORA metrics',
    technologies: ['kubernetes'],
  },
  'infrastructure-portal': {
    of: 'infrastructure',
    target: 'portal',
    description: 'Show the APIs of an environment, as they were published, on a page where they can be tried',
    technologies: ['openapi', 'kubernetes', 'git'],
  },
  'infrastructure-dashboard': {
    of: 'infrastructure',
    target: 'dashboard',
    description: 'Show what runs where as it changes, on a page of this machine',
    technologies: ['kubernetes', 'git'],
  },
  'infrastructure-doctor': {
    of: 'infrastructure',
    target: 'doctor',
    description: 'Check what a release needs: git, registry, clusters, rights, engine, clock, proxies, settings of Nx',
    technologies: ['git', 'kubernetes'],
  },
  'infrastructure-package': {
    of: 'infrastructure',
    target: 'package',
    description: "Give the clusters' configuration a version",
    technologies: ['kubernetes', 'git'],
  },
  'infrastructure-provision': {
    of: 'infrastructure',
    target: 'provision',
    description: "Deploy a version of the clusters' configuration to an environment",
    technologies: ['kubernetes'],
    deploys: true,
  },
} as const satisfies Readonly<Record<string, Command>>;

/** The name of an executor. */
export type CommandName = keyof typeof commands;

/** Returns the command of an executor. */
export function commandNamed(name: CommandName): Command {
  return commands[name];
}
