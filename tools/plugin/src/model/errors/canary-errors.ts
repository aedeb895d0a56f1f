import { entry } from './error-entry.ts';

/** Types of errors of releases that get clients' requests bit by bit. */
export const canaryErrors = {
  'canary-impossible': entry(
    'The service, its release or the environment can have no canary; the reason says why.',
    'Deploy it without `--canary`.',
  ),
  'canary-without-metrics': entry(
    'The Prometheus that is to judge canaries of the environment does not answer, or not these queries; the reason says why.',
    'Correct `canary.prometheus` of the environment, or deploy without `--canary`.',
  ),
  'no-canary': entry('No canary is there.', 'See `status`; deploy one with `k8s-deploy --canary=10%`.'),
  'canary-ended-otherwise': entry(
    'The canary ended otherwise before the command could do its part.',
    'See `history` for the reason.',
  ),
} as const;
