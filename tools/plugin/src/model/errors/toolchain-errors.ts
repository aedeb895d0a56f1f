import { entry } from './error-entry.ts';

/** Types of errors of the languages' tools on this machine. */
export const toolchainErrors = {
  'bad-version-file': entry(
    'A file that says the version of a language cannot be understood.',
    'Fix the file that it names.',
  ),
  'no-node-modules': entry(
    "Yarn is set to Plug'n'Play, and jobs of the pipelines start Nx from `node_modules`.",
    'Write `nodeLinker: node-modules` into `.yarnrc.yml`, and run `yarn install`.',
  ),
  'toolchain-conflict': entry(
    'Services want versions of a language that exclude each other, and a job of the pipelines has one.',
    'Let them want versions that have one in common, such as a range.',
  ),
  'toolchain-missing': entry(
    'A language that a service is built with is not installed.',
    'Install the version that is named, and make sure that it is on the `PATH`.',
  ),
  'toolchain-version': entry(
    'A language that a service is built with is installed in another version.',
    'Install the version that is named, or correct the file that says it.',
  ),
  'toolchain-broken': entry(
    "A language's tool is there, and does not say its version.",
    'Run it by hand, and fix what it says.',
  ),
} as const;
