/** Reports whether a registry is on this machine: such ones are asked in plain http, as docker and containerd do. */
export function isLoopbackRegistry(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Host at which a registry is asked: Docker Hub's is not its name. */
export function registryAddress(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

/** Returns the origins that are a registry itself, as a URL has them: on this machine's addresses it may speak plain http. */
export function registryOrigins(registry: string): string[] {
  const schemes = isLoopbackRegistry(registry) ? ['https', 'http'] : ['https'];
  return schemes.map((scheme) => new URL(`${scheme}://${registryAddress(registry)}`).origin);
}
