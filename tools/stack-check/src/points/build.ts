import type { Points } from '../points.ts';
import { differences, sumsOf } from '../service-clone.ts';
import type { Subject } from '../subject.ts';

/** Two clones in other folders, at other commits and with other remotes make the same bytes, and nothing else is there. */
export async function checkBuild({ stack, here, there }: Subject, points: Points): Promise<void> {
  const [mine, theirs] = [sumsOf(here.dist), sumsOf(there.dist)];
  points.add('a build leaves something in dist', mine.size > 0);
  points.addNone('two clones make the same bytes', differences(mine, theirs));
  const foreign = [...theirs.keys()].filter((path) => stack.isForeign(path, there));
  points.addNone('dist holds the build and nothing else', foreign);
}
