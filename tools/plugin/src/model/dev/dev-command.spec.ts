import { agentMark, parseAgentLine } from './agent-lines.ts';
import { baseImage, bundleCommand, nodeArguments, placed } from './dev-command.ts';

const esbuild =
  'esbuild {projectRoot}/src/main.ts --bundle --platform=node --sourcemap --outfile={projectRoot}/dist/main.cjs';
const bundle = {
  by: 'esbuild',
  args: ['apps/orders/src/main.ts', '--bundle', '--platform=node'],
  fileName: 'main.cjs',
  cwd: '.',
};

it.each([
  ['a command', { command: esbuild }],
  ['an option', { options: { command: esbuild } }],
  ['one of several', { options: { commands: ['rm -rf dist', { command: `npx ${esbuild}` }] } }],
  ['a part of one', { command: `rm -rf {projectRoot}/dist && ${esbuild} && cp a b` }],
])('finds esbuild in the build that is %s', (_, target) => {
  expect(bundleCommand(target, 'apps/orders')).toEqual(bundle);
});

it('takes quotes off, and the folder that the build runs in', () => {
  const options = { command: `esbuild src/main.ts "--banner:js=a b" --outfile=dist/x.js`, cwd: '{projectRoot}' };
  expect(bundleCommand({ options }, 'apps/orders')).toEqual({
    by: 'esbuild',
    args: ['src/main.ts', '--banner:js=a b'],
    fileName: 'x.js',
    cwd: 'apps/orders',
  });
});

it.each([[undefined], [{ command: 'go build' }], [{ command: 'echo esbuild --outfile=x' }], [{ options: {} }]])(
  'finds none in %j',
  (target) => {
    expect(bundleCommand(target, 'apps/orders')).toBeUndefined();
  },
);

it('finds a script that bundles, and in the Dockerfile the name of the bundle', () => {
  const target = { command: 'node libs/host/build.mjs {projectRoot}' };
  const script = { by: 'script', args: ['libs/host/build.mjs', 'apps/orders'], fileName: 'main.cjs', cwd: '.' };
  expect(bundleCommand(target, 'apps/orders')).toEqual(script);
  const dockerfile = 'CMD ["node", "--enable-source-maps", "/app/server.js"]';
  expect(bundleCommand(target, 'apps/orders', dockerfile)).toEqual({ ...script, fileName: 'server.js' });
});

it('starts the bundle as the image does', () => {
  const file = (command: string) => `FROM node:24\nCMD ["sh"]\nCMD ${command}\n`;
  expect(nodeArguments(file('["node", "--max-http-header-size=32768", "main.cjs"]'), 'main.cjs')).toEqual([
    '--max-http-header-size=32768',
  ]);
  expect(nodeArguments(file('["node", "/app/main.cjs"]'), 'main.cjs')).toEqual([]);
  expect(nodeArguments(file('node main.cjs'), 'main.cjs')).toEqual(['--enable-source-maps']);
  expect(nodeArguments('', 'main.cjs')).toEqual(['--enable-source-maps']);
});

it('knows the image of the last stage', () => {
  expect(baseImage('FROM node:24 AS base\nFROM --platform=linux/amd64 base\n')).toBe('node:24');
  expect(baseImage('from golang:1 as b\nFROM gcr.io/distroless/static\n')).toBe('gcr.io/distroless/static');
  expect(baseImage('')).toBeUndefined();
});

it('puts places into a command', () => {
  expect(placed(['a', '{temp}/b', '--port={port}'], { temp: '/t', port: 1 })).toEqual(['a', '/t/b', '--port=1']);
});

it('tells what the agent says from what the service says', () => {
  expect(parseAgentLine(`${agentMark.ready} 120`)).toEqual({ what: 'ready', value: '120' });
  expect(parseAgentLine(`${agentMark.endedBefore} ended with exit code 1`)).toEqual({
    what: 'endedBefore',
    value: 'ended with exit code 1',
  });
  expect(parseAgentLine('dev ready')).toBeUndefined();
});
