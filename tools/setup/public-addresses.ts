/** Registries as lock files of others name them. */
const publicRegistries: readonly string[] = ['https://registry.npmjs.org/', 'https://registry.yarnpkg.com/'];

/**
 * Returns a lock file in which packages come from npm's public registry, whichever they were taken from.
 * @param registry the one that npm is set to.
 */
export function withPublicAddresses(lockfile: string, registry: string): string {
  const asked = registry.replace(/\/*$/, '/');
  const publicOne = publicRegistries[0]!;
  // A mirror may hand out tarballs from another host, or below another path.
  return lockfile
    .replaceAll(asked, publicOne)
    .replaceAll(
      /https?:\/\/[^\s"'#]*?((@[^\s"'/#]+(\/|%2[fF]))?[^\s"'/#]+\/-\/[^\s"'#]+\.tgz)/g,
      (address, path: string) =>
        publicRegistries.some((each) => address.startsWith(each)) ? address : `${publicOne}${path}`,
    );
}
