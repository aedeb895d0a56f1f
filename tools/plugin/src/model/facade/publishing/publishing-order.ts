/** A part of putting a release into an environment that has a door of its own. */
export type PublishingPhase = 'stage' | 'code' | 'check' | 'open' | 'prune';

/**
 * Returns the order in which clients see at every moment a part of what runs: code that can do more comes before the door
 * that shows it, and a door that shows less before the code that can do less.
 */
export function publishingOrder(direction: 'forward' | 'back'): readonly PublishingPhase[] {
  return direction === 'forward'
    ? ['stage', 'code', 'check', 'open', 'prune']
    : ['stage', 'check', 'open', 'code', 'prune'];
}
