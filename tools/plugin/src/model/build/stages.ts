import { directivesOf, instructionsIn, stageNameOf } from '../image/dockerfile-instructions.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** The readers of a Dockerfile that are docker's own; others may know instructions that nobody here does. */
const ownFrontend = /^(docker\.io\/)?docker\/dockerfile(-upstream)?([:@]|$)/;

/** Returns the names of a Dockerfile's stages in their order, in lower case; the empty text for one without. */
function stagesOf(dockerfile: string): string[] {
  const froms = instructionsIn(dockerfile).filter(({ name }) => name === 'FROM');
  return froms.map(({ text }) => stageNameOf(text) ?? '');
}

/**
 * Finds a stage in a Dockerfile, by its name or its number, as builders do.
 * @returns why there is none, as a sentence; undefined where there is, or where that cannot be told.
 */
export function stageMistake(dockerfile: string, target: string): string | undefined {
  const frontend = directivesOf(dockerfile).get('syntax');
  if (frontend !== undefined && !ownFrontend.test(frontend)) return undefined;
  const stages = stagesOf(dockerfile);
  const wanted = target.toLowerCase();
  if (stages.includes(wanted) || (/^\d+$/.test(wanted) && Number(wanted) < stages.length)) return undefined;
  const names = stages.filter((name) => name !== '');
  const known = names.length === 0 ? 'None of its stages has a name.' : `Its stages are ${names.join(', ')}.`;
  return `its Dockerfile has no stage "${target}". ${didYouMean(target, names) || known}`;
}
