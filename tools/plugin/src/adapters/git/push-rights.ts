import { Clone } from './clone.ts';
import { originRefusal, pushRefusal } from './origin/origin-refusals.ts';
import { parsePushResult } from './origin/push-result.ts';

/** Milliseconds. */
const pushTimeout = 60_000;

/**
 * Pretends to push the checked-out commit under a name: the origin is asked to take it, and gets nothing.
 * @throws {Refusal} when it is not reached, or does not let this account write.
 */
export async function tryPush(workspaceRoot: string, ref: string): Promise<void> {
  const clone = new Clone(workspaceRoot);
  const doing = `push ${ref}`;
  const origin = await clone.findOrigin();
  const remote = origin?.refs.remote.name ?? 'origin';
  const args = ['push', '--dry-run', '--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no'];
  const result = await clone.git.run([...args, remote, `HEAD:${ref}`], { timeoutMs: pushTimeout });
  if (result.code === 0) return;
  const address = origin?.address ?? remote;
  const pushed = parsePushResult(result.stdout.toString(), ref);
  if (pushed) throw pushRefusal(doing, { address, ref, why: pushed.reason, stderr: result.stderr });
  throw originRefusal(doing, address, result);
}
