import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';

/** Returns the refusal of a package that is not the one that was pinned. @param evidence what is expected, and what came. */
export function packageDiffers(specification: string, evidence: readonly string[]): Refusal {
  return new Refusal({
    type: 'package-differs',
    doing: `download ${specification}`,
    reason:
      'The package index has another package of this name and version than the one that is pinned. Nothing of it was unpacked.',
    remedy:
      'Ask the operator of the index: a mirror may be stale, or compromised. If the pinned version itself was wrong, correct its hash in tools/local-platform/src/versions.ts.',
    evidence: evidence.filter((line) => /expected|got/i.test(line)).map((line) => line.trim()),
  });
}
