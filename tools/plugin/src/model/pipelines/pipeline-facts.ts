import type { PackageManager } from './package-manager.ts';

/** The facts that the pipelines of a workspace are generated from. */
export interface PipelineFacts {
  /** In alphabetical order. */
  readonly services: readonly PipelineService[];
  /** In order of promotion. */
  readonly environments: readonly PipelineEnvironment[];
  /** Folder of the workspace in its repository: `web`. Empty where it is the repository's root. Other paths begin in the workspace. */
  readonly folder: string;
  /** The beginning of the workflows' names, where others have the usual ones: `services-`. */
  readonly prefix: string;
  /** Names of the plugin's own targets here, by their usual ones: `release` → `ship-release`. Left away where they are the same. */
  readonly targetNames?: ReadonlyMap<string, string>;
  /** True when what is built on an image that moved is rebuilt by schedule. */
  readonly rebuilds: boolean;
  /** Name of the main branch. */
  readonly branch: string;
  /** Node.js, which every job needs to run Nx. */
  readonly node: PipelineVersion;
  /** The program that installs the packages of the workspace, Nx among them. */
  readonly packageManager: PackageManager;
  /** The other languages that services are built with, in alphabetical order, each once. */
  readonly toolchains: readonly PipelineToolchain[];
}

/** A version of a language, as a pipeline sets it up. */
export interface PipelineVersion {
  /** A plain version or a pattern (`24.x`, `>=20.19`), for what cannot read the file. */
  readonly version: string;
  /** The file that says the version, in a form that GitHub's actions read. */
  readonly file: string | undefined;
}

/** A language that jobs set up before they build. */
export interface PipelineToolchain {
  readonly language: 'dotnet' | 'go' | 'python';
  /** One, except for .NET, whose SDKs lie side by side. */
  readonly versions: readonly PipelineVersion[];
  /** Files that name its packages, sorted: a cache is renewed when one of them changes. Without any, there is no cache. */
  readonly lockFiles: readonly string[];
  /** True when each package is compared with a lock file when it is installed, even if it comes from a cache. */
  readonly isVerified: boolean;
}

/** One service, as its pipelines see it. */
export interface PipelineService {
  /** By which people, tags and images know it. */
  readonly name: string;
  /** By which Nx knows it: `@shop/orders`. Left away where that is the same. */
  readonly project?: string | undefined;
  /** Folder, relative to the workspace's root: `apps/orders`. */
  readonly root: string;
  /**
   * Folders and files outside which nothing is part of it (its closure in the project graph), sorted. A folder ends with a
   * slash: `libs/money/`; `./` is the workspace's root.
   */
  readonly paths: readonly string[];
  /** Folders inside those that are other projects', sorted. Of two folders that hold a file, the deeper one counts. */
  readonly foreignPaths: readonly string[];
  /** The pipeline's trigger: by hand, or a push to these paths. */
  readonly trigger: 'manual' | 'paths';
  /** Path of its variables for Azure, if it has some. */
  readonly variables: string | undefined;
  /** Path of its API description, if it has one. */
  readonly api: string | undefined;
}

/** One environment, as pipelines see it. */
export interface PipelineEnvironment {
  readonly name: string;
  readonly deploy: 'automatic' | 'manual';
  /** True when somebody must approve of what is put in. */
  readonly protected: boolean;
  /** AKS cluster: its kubeconfig is fetched by the pipeline. Left away: a kubeconfig is given as a secret file. */
  readonly aks: { readonly resourceGroup: string; readonly name: string } | undefined;
  /** Context in the kubeconfig. */
  readonly context: string;
  /** True when it has an instance of API Management: commands log in to Azure for it. */
  readonly hasFacade?: boolean;
  /** Variable that holds the key with which published APIs are checked, if it names one. */
  readonly keyVariable?: string | undefined;
}
