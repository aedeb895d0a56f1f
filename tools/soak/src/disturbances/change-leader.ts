import type { Lane } from '../lane.ts';
import { duringDeploy } from './during-deploy.ts';

/** Milliseconds without a leader: elections take some seconds at most. */
const electionMs = 5_000;

/** Lets etcd elect a leader during a deploy, from an answer on: "etcdserver: leader changed". */
export function changeLeader(lane: Lane, answer: number): Promise<void> {
  return lane.round('leader', `leader changed after answer ${answer}`, () =>
    duringDeploy(lane, { answer, happen: () => lane.site.proxy.changeLeader(electionMs) }),
  );
}
