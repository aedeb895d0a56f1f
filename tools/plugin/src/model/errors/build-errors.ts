import { entry } from './error-entry.ts';

/** Errors of what a service declares of the build of its image. */
export const buildErrors = {
  'bad-build': entry(
    'The block `build` of a service has mistakes.',
    'Correct it where it is written: the option `build` of the target docker-release, in `project.json` or in `targetDefaults` of `nx.json`.',
  ),
  'build-not-supported': entry(
    'The container engine of this machine cannot build as the block `build` says.',
    'Install the engine or the version that is named, or choose another one with `POC_CONTAINER_ENGINE`.',
  ),
  'build-secret-missing': entry(
    'A secret of a build, or the ssh agent, is not there or is empty.',
    'Set the variable or put the file where the block `build` says, or correct it there.',
  ),
};
