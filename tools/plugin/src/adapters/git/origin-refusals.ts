import { Refusal } from '../../model/errors/product-error.ts';
import { scrubAddresses } from './origin-address.ts';
import { timedOutCode, type GitResult } from './git.ts';

/**
 * Why talking to the origin failed, as a refusal that names it.
 * @param address the origin's, without secrets.
 */
export function originRefusal(doing: string, address: string, result: Pick<GitResult, 'code' | 'stderr'>): Refusal {
  const evidence = evidenceOf(result.stderr);
  if (
    /Authentication failed|could not read (Username|Password)|terminal prompts disabled|Permission denied|Host key verification failed|returned error: 40[13]/.test(
      result.stderr,
    )
  )
    return new Refusal({
      type: 'origin-denies-access',
      doing,
      reason: `The origin ${address} does not let us in.`,
      remedy:
        'Give this machine access: an ssh key or a credential helper; in CI, a token with permission to read and write contents.',
      evidence,
    });
  return new Refusal({
    type: 'origin-unreachable',
    doing,
    reason: `The origin ${address} ${result.code === timedOutCode ? 'did not answer in time' : 'could not be reached'}.`,
    remedy: 'Check its address (git remote -v) and the network, then run the same command again.',
    evidence,
  });
}

/**
 * The origin was reached and refused a push.
 * @param why what it said: `pre-receive hook declined`.
 */
export function pushRefusal(doing: string, address: string, ref: string, why: string, stderr: string): Refusal {
  return new Refusal({
    type: 'origin-refuses-push',
    doing,
    reason: `The origin ${address} refused ${ref}${why === '' ? '' : ` (${why})`}.`,
    remedy: `Allow this account to create refs below ${ref.split('/').slice(0, 2).join('/')}/ there, then run the same command again: it goes on where it stopped.`,
    evidence: evidenceOf(stderr),
  });
}

function evidenceOf(stderr: string): string[] {
  return scrubAddresses(stderr)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-10);
}
