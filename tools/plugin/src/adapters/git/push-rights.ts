import { Git } from './git.ts';
import { Clone } from './clone.ts';
import { originName } from './origin/origin-name.ts';
import { originRefusal, pushRefusal } from './origin/origin-refusals.ts';
import { parsePushResult } from './origin/push-result.ts';

/** Milliseconds. */
const pushTimeout = 60_000;

/**
 * Pretends to push the checked-out commit under a name: the origin is asked to take it, and gets nothing.
 * @throws {Refusal} when it is not reached, or does not let this account write.
 */
export async function tryPush(workspaceRoot: string, ref: string): Promise<void> {
  const git = new Git(workspaceRoot);
  const doing = `push ${ref}`;
  const [remote, origin] = await Promise.all([originName(git), new Clone(workspaceRoot).findOrigin()]);
  const args = ['push', '--dry-run', '--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no'];
  const result = await git.run([...args, remote, `HEAD:${ref}`], { timeoutMs: pushTimeout });
  if (result.code === 0) return;
  const address = origin?.address ?? remote;
  const pushed = parsePushResult(result.stdout.toString(), ref);
  if (pushed) throw pushRefusal(doing, { address, ref, why: pushed.reason, stderr: result.stderr });
  throw originRefusal(doing, address, result);
}
