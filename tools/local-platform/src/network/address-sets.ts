/** Sets of addresses that kube-router's rules refer to, and those it is about to put in their place. */
const ours = /^(KUBE-(SRC|DST)|TMP)-/;

/**
 * Which sets the platform made.
 * @param listed what `ipset list -name` prints.
 */
export function platformAddressSets(listed: string): string[] {
  return listed.split('\n').filter((name) => ours.test(name));
}
