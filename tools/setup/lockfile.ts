/** The parts of `package-lock.json` that say where packages come from. */
interface Lockfile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly integrity?: string;
        readonly link?: boolean;
        readonly hasInstallScript?: boolean;
      }
    >
  >;
}

/** Packages whose install scripts were looked at: they choose a binary, or thank. A new one is looked at before it is added. */
const withScripts: readonly string[] = ['@parcel/watcher', '@scarf/scarf', '@swc/core', 'esbuild', 'nx'];

/**
 * Returns what is wrong with the origin of packages: each comes from the registry that npm is set to, with a strong digest.
 *
 * This is what can be checked of a lockfile alone. `npm audit signatures` would check who published each package too; it asks
 * servers of npm and of Sigstore, which a mirror of the registry does not stand for, so that `npm test` does not run it.
 */
export function npmProblems({ lockfileVersion, packages }: Lockfile): string[] {
  if (lockfileVersion < 3)
    return [`package-lock.json is of version ${lockfileVersion}; run \`npm install\` of npm 9 or newer.`];
  return Object.entries(packages).flatMap(([path, { resolved, integrity, link, hasInstallScript }]) => {
    if (path === '') return [];
    // Left out (`omit-lockfile-registry-resolved`) where it is the registry: all else names what it is.
    const foreign = resolved !== undefined && !isOfRegistry(path, resolved);
    if (foreign || link === true) return [`${path} does not come from the registry but from ${resolved ?? 'a link'}.`];
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')) return [`${path} has no sha512 digest.`];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return hasInstallScript === true && !withScripts.includes(name)
      ? [`${path} runs a script when it is installed, and is not in the list.`]
      : [];
  });
}

/** Reports whether an address has the form in which registries serve a package: `…/name/-/name-1.0.0.tgz`. */
function isOfRegistry(path: string, resolved: string): boolean {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (!URL.canParse(resolved)) return false;
  const { protocol, pathname } = new URL(resolved);
  return protocol === 'https:' && decodeURIComponent(pathname).includes(`/${name}/-/`);
}
