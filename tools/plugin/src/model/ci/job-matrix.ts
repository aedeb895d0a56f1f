/** Services dealt out to agents of a CI, each agent with nearly as many as every other, and none without any. */
export function shard(services: readonly string[], agents: number): string[][] {
  const shards = Array.from({ length: Math.min(agents, services.length) }, (): string[] => []);
  services.forEach((service, index) => shards[index % shards.length]!.push(service));
  return shards;
}

/** A matrix of jobs as Azure Pipelines reads it: for each a name, without hyphens there, and the variables that it gets. */
export function azureMatrix(shards: readonly (readonly string[])[]): Record<string, { projects: string }> {
  return Object.fromEntries(shards.map((batch, index) => [`agent_${index + 1}`, { projects: batch.join(',') }]));
}

/** A matrix of jobs as GitHub Actions reads it. */
export function githubMatrix(shards: readonly (readonly string[])[]): {
  include: { agent: number; projects: string }[];
} {
  return { include: shards.map((batch, index) => ({ agent: index + 1, projects: batch.join(',') })) };
}
