/** When what is built on images that moved is built again, unless the team says otherwise: on Mondays before work, in UTC. */
export const rebuildTime = '23 3 * * 1';

/** The region of a generated file that says when. */
export const scheduleRegion = 'schedule';

/** Reports whether a generated file has such a schedule. */
export function hasSchedule(text: string): boolean {
  return new RegExp(`^ *# region custom: ${scheduleRegion}$`, 'm').test(text);
}
