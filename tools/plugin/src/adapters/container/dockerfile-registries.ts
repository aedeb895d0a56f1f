/** The registries whose images a Dockerfile names, in `FROM`, `COPY --from` or the default of an `ARG`. */
export function dockerfileRegistries(dockerfile: string): string[] {
  const instructions = dockerfile.split(/\r?\n/).filter((line) => !line.trimStart().startsWith('#'));
  // A host is followed by a path, and not preceded by one (as in an address).
  const hosts = instructions.flatMap((line) => [
    ...line.matchAll(/(?<![\w./@:-])((?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?|localhost:\d+)\/[a-z0-9]/gi),
  ]);
  return [...new Set(hosts.map(([, host = '']) => host))];
}
