import { yaml, type Yaml } from './yaml-template.ts';

/** Returns a place for lines of the team's own. @param name unique in its file. @param content what it holds at first. */
export function customRegion(name: string, content?: Yaml): Yaml {
  return yaml`
    # region custom: ${name}
    ${content}
    # endregion
  `;
}
