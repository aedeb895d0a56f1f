import { checkAnswers } from './points/answers.ts';
import { checkBuild } from './points/build.ts';
import { checkDescription } from './points/description.ts';
import { checkDrain, type DrainLoad } from './points/drain.ts';
import { checkLog } from './points/log.ts';
import { checkMalformed } from './points/malformed.ts';
import { checkMetrics } from './points/metrics.ts';
import { checkPassingOn } from './points/passing-on.ts';
import { checkSlowHeads } from './points/slow-heads.ts';
import type { Points } from './points.ts';
import type { Subject } from './subject.ts';

/** Looks at a point, and adds what it found. */
export type Check = (subject: Subject, points: Points) => Promise<void>;

/** All points, by what a service of any stack does. */
export function checksOf(load: DrainLoad): Record<string, Check> {
  return {
    'is built to the same bytes everywhere': checkBuild,
    'logs a line for each request': checkLog,
    'keeps its metrics to a port of their own': checkMetrics,
    'passes on ids and traces': checkPassingOn,
    'gives the answers of every stack': checkAnswers,
    'answers as its description says': checkDescription,
    'refuses malformed requests': checkMalformed,
    'loses nothing when it ends': checkDrain(load),
    'cuts off slow heads': checkSlowHeads,
  };
}
