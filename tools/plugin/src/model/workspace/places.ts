import { defaultOptions, type PluginOptions } from './plugin-options.ts';

/*
 * Where a workspace keeps what its services share, relative to its root. A process works in one workspace, and begins with
 * telling what its nx.json says (`setPlaces`); until then the defaults hold.
 */

/** The folder of all of them but the services' manifests. */
export let infrastructureFolder: string;
/** Where environments are described. */
export let environmentsFolder: string;
/** The clusters' own configuration. */
export let provisioningFolder: string;
/** The configuration of API Management. */
export let instanceFolder: string;
/** The pipelines of Azure. */
export let azureFolder: string;
/** The people who may sign tags, with keys of ssh. */
export let sshSignersFile: string;
/** The same of PGP. */
export let pgpSignersFile: string;
/** The manifests of a service, relative to its own folder. */
let manifestsFolder: string;

setPlaces(defaultOptions);

/** Sets all places. @param options of nx.json. */
export function setPlaces({ infrastructure, manifests }: Pick<PluginOptions, 'infrastructure' | 'manifests'>): void {
  infrastructureFolder = infrastructure;
  environmentsFolder = `${infrastructure}/environments`;
  provisioningFolder = `${infrastructure}/kubernetes`;
  instanceFolder = `${infrastructure}/apim`;
  azureFolder = `${infrastructure}/pipelines`;
  sshSignersFile = `${infrastructure}/allowed-signers`;
  pgpSignersFile = `${infrastructure}/allowed-signers.asc`;
  manifestsFolder = manifests;
}

/** Returns the folder of a service's manifests. @param root its own; `.` is the workspace's. Relative to the workspace's root. */
export function manifestsOf(root: string): string {
  return inFolder(root, manifestsFolder);
}

/** Returns the file of an environment, as texts name it. */
export function environmentFile(name: string): string {
  return `${environmentsFolder}/${name}.yaml`;
}

/** Returns a path in a project's folder, as git lists it: without `./`. */
export function inFolder(root: string, path: string): string {
  return root === '.' ? path : `${root}/${path}`;
}
