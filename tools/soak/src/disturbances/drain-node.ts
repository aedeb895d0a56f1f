import type { Lane } from '../lane.ts';
import { duringDeploy } from './during-deploy.ts';

/** Evicts all pods of the namespace during a deploy, as the drain of a node does: this cluster has one node. */
export function drainNode(lane: Lane, answer: number): Promise<void> {
  return lane.round('drain', `node drained after answer ${answer}`, () =>
    duringDeploy(lane, { answer, happen: () => lane.site.evictPods() }),
  );
}
