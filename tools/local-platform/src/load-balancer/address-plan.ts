import { BlockList, isIPv4 } from 'node:net';
import { loadBalancerRange } from '../addresses.ts';

/** From here come the addresses of services that ask for none. */
const unaskedPrefix = '10.97.255.';

/** A service of the type LoadBalancer, as far as its address goes. */
export interface BalancedService {
  readonly uid: string;
  /** When it was made, as the API server writes it. */
  readonly createdAt: string;
  /** The address that it asks for. */
  readonly asked: string | undefined;
  /** The address that it has. */
  readonly given: string | undefined;
}

/** The address that a service gets, or why it gets none. */
export type AddressDecision = { readonly address: string } | { readonly refusal: string };

/**
 * Decides which service has which address, by `uid`: the one that it asks for, else the one that it has, else a free
 * one. Nobody loses an address to a newer service.
 */
export function planAddresses(services: readonly BalancedService[]): ReadonlyMap<string, AddressDecision> {
  const decided = new Map<string, AddressDecision>();
  const taken = new Set<string>();
  const give = (uid: string, address: string) => {
    taken.add(address);
    decided.set(uid, { address });
  };
  const hasWhatItAsks = ({ asked, given }: BalancedService) => given !== undefined && (asked ?? given) === given;
  const inOrder = [...services].sort(
    (a, b) =>
      Number(hasWhatItAsks(b)) - Number(hasWhatItAsks(a)) ||
      compareTexts(a.createdAt, b.createdAt) ||
      compareTexts(a.uid, b.uid),
  );
  for (const { uid, asked, given } of inOrder.filter(({ asked, given }) => (asked ?? given) !== undefined)) {
    const wanted = asked ?? given ?? '';
    if (!isInRange(wanted)) decided.set(uid, { refusal: `The address ${wanted} is not in ${loadBalancerRange}.` });
    else if (taken.has(wanted)) decided.set(uid, { refusal: `The address ${wanted} belongs to another service.` });
    else give(uid, wanted);
  }
  for (const { uid } of inOrder.filter((service) => !decided.has(service.uid))) {
    const free = Array.from({ length: 254 }, (_, index) => `${unaskedPrefix}${index + 1}`).find(
      (address) => !taken.has(address),
    );
    if (free === undefined) decided.set(uid, { refusal: `No address is left in ${unaskedPrefix}0/24.` });
    else give(uid, free);
  }
  return decided;
}

function isInRange(address: string): boolean {
  const [network = '', bits] = loadBalancerRange.split('/');
  const range = new BlockList();
  range.addSubnet(network, Number(bits));
  return isIPv4(address) && range.check(address);
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
