import { provisioningName } from '../../model/release/service-name.ts';
import type { UnusedRef } from '../../ports/repository/build-numbers.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import type { Finding } from './finding.ts';

/** The most that are named one by one. */
const mostNamed = 20;

/** Finds refs that are named like those of builds and releases of the services, and whose numbers are not used. */
export function findUnusedRefs(refs: readonly UnusedRef[], { services }: ServiceMap): Finding[] {
  const ours = refs.filter(({ service }) => service === provisioningName || services.includes(service));
  const named = ours.slice(0, mostNamed).map(findingOf);
  const left = ours.length - named.length;
  return left === 0
    ? named
    : [...named, { ...named[0]!, subject: `${left} more refs`, says: 'Their numbers are not used either.' }];
}

function findingOf({ ref, why }: UnusedRef): Finding {
  return {
    subject: ref,
    type: 'build-number-not-used',
    says:
      why === 'far-ahead'
        ? 'Its day is more than a year ahead. It does not count as taken, nor as a release.'
        : 'It is not a build number. It does not count as taken, nor as a release.',
    remedy: `See who pushed it; remove it with \`git push origin --delete ${ref}\`.`,
    isRepaired: false,
  };
}
