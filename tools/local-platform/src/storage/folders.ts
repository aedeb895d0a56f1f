import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { chosenAddresses, defaultName } from '../chosen-addresses.ts';
import { cacheKey } from './cache-key.ts';
import { debianRelease, envoyPackage, imageRecipe, kubernetesVersion, nodeVersion, npmVersion } from '../versions.ts';

/** This project's folder. */
export const projectFolder = join(import.meta.dirname, '..', '..');

/** The folders of the platform on this machine. */
export interface Folders {
  /** Binaries and definitions: can be made again, and are shared by all checkouts. */
  readonly cache: string;
  /** Built and downloaded binaries. */
  readonly binaries: string;
  /** Base images, as archives and in the form of a registry. */
  readonly images: string;
  /** Tools that binaries are built with. */
  readonly tools: string;
  /** State of the running platform; removed by `down`. */
  readonly state: string;
  /** One log file for each component. */
  readonly logs: string;
}

/** Folders with the sources of binaries. */
const sourceFolders = [
  'modules/cluster',
  'modules/cluster/kubernetes',
  'modules/cluster/coredns',
  'modules/cluster/kube-router',
  'images/pause',
];

/** Returns the folders of this version of the platform, by the XDG convention. */
export function platformFolders(environment: NodeJS.ProcessEnv = process.env): Folders {
  const home = environment['HOME'] || homedir();
  const cacheHome = environment['XDG_CACHE_HOME'] || join(home, '.cache');
  const stateHome = environment['XDG_STATE_HOME'] || join(home, '.local', 'state');
  const caches = join(cacheHome, 'poc', 'local-platform');
  const cache = join(caches, binariesKey());
  const images = join(caches, imagesKey());
  const { name } = chosenAddresses(environment);
  const state = join(stateHome, 'poc', name === defaultName ? 'local-platform' : name);
  return {
    cache,
    binaries: join(cache, 'bin'),
    images,
    tools: join(caches, 'tools'),
    state,
    logs: join(state, 'logs'),
  };
}

/** Returns the folder of a tool. It depends on the tool's own module, so that no other version of the cluster renews it. */
export function toolFolder({ tools }: Pick<Folders, 'tools'>, name: string): string {
  const read = (file: string) => readFileSync(join(projectFolder, 'modules', name, file), 'utf8');
  return join(tools, cacheKey(name, { platform, module: read('go.mod'), sums: read('go.sum') }));
}

const platform = `${process.platform}-${process.arch}`;

function imagesKey(): string {
  return cacheKey('images', { platform, versions: [debianRelease, nodeVersion, npmVersion, imageRecipe].join(' ') });
}

function binariesKey(): string {
  const inputs: Record<string, string> = { platform, envoy: envoyPackage.version };
  for (const folder of sourceFolders) {
    for (const file of ['go.mod', 'go.sum', 'main.go']) {
      const text = readOptional(join(projectFolder, folder, file));
      if (text !== undefined) inputs[`${folder}/${file}`] = text;
    }
  }
  return cacheKey(kubernetesVersion, inputs);
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
