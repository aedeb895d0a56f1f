import { platform } from './platform.ts';

/** Tags that the registry has of a repository; none when it has no such repository. */
export async function tagsOf(repository: string): Promise<string[]> {
  const { registry } = await platform();
  const answer = await fetch(`http://${registry}/v2/${repository}/tags/list`);
  if (answer.status === 404) return [];
  return ((await answer.json()) as { tags: string[] | null }).tags ?? [];
}
