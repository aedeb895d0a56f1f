import { refusalBy, type ErrorRule } from '../../../model/errors/error-rules.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { scrubAddresses } from './origin-address.ts';
import { timedOutCode, type GitResult } from '../git.ts';

/** A run of git that did not get an answer of the origin. */
interface FailedRun extends Pick<GitResult, 'code' | 'stderr'> {
  /** The origin's, without secrets. */
  readonly address: string;
}

const denied =
  /Authentication failed|could not read (Username|Password)|terminal prompts disabled|Permission denied|Host key verification failed|returned error: 40[13]/;
const checkAddress = () => 'Check its address (`git remote -v`) and the network, then run the same command again.';

/** Why talking to the origin failed, in git's and ssh's words. */
export const originRules: readonly ErrorRule<FailedRun>[] = [
  {
    when: ({ stderr }) => denied.test(stderr),
    type: 'origin-denies-access',
    reason: ({ address }) => `Access to origin ${address} was denied.`,
    remedy: () =>
      'Give this machine access: an ssh key or a credential helper; in CI, a token with permission to read and write contents.',
  },
  {
    when: ({ code }) => code === timedOutCode,
    type: 'origin-unreachable',
    reason: ({ address }) => `The origin ${address} did not answer in time.`,
    remedy: checkAddress,
  },
  {
    when: () => true,
    type: 'origin-unreachable',
    reason: ({ address }) => `The origin ${address} could not be reached.`,
    remedy: checkAddress,
  },
];

/** Returns why talking to the origin failed. @param address the origin's, without secrets. */
export function originRefusal(doing: string, address: string, result: Pick<GitResult, 'code' | 'stderr'>): Refusal {
  const { code, stderr } = result;
  // The last rule matches all.
  return refusalBy(originRules, { code, stderr, address }, { doing, evidence: evidenceOf(stderr) })!;
}

/** A push that the origin, which was reached, refused. */
export interface RefusedPush {
  /** The origin's, without secrets. */
  readonly address: string;
  readonly ref: string;
  /** The origin's answer: `pre-receive hook declined`. */
  readonly why: string;
  readonly stderr: string;
}

/** Returns the refusal of a push. */
export function pushRefusal(doing: string, { address, ref, why, stderr }: RefusedPush): Refusal {
  return new Refusal({
    type: 'origin-refuses-push',
    doing,
    reason: `The origin ${address} refused ${ref}${why === '' ? '' : ` (${why})`}.`,
    remedy: `Allow this account to create refs below ${ref.split('/').slice(0, 2).join('/')}/ there, then run the same command again; it continues where it stopped.`,
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
