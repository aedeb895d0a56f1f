import { stageMistake } from './stages.ts';

const dockerfile =
  'ARG V=24\nFROM node:$V AS build\nRUN <<E\nFROM x AS not-one\nE\nfrom --platform=$BUILDPLATFORM alpine as Runtime\nFROM scratch\n';

it.each(['build', 'BUILD', 'runtime', '0', '2'])('finds the stage %s', (target) => {
  expect(stageMistake(dockerfile, target)).toBeUndefined();
});

it.each([
  ['runtim', 'its Dockerfile has no stage "runtim". Did you mean "runtime"?'],
  ['not-one', 'Its stages are build, runtime.'],
  ['3', 'its Dockerfile has no stage "3"'],
  ['production', 'Its stages are build, runtime.'],
])('tells of %s', (target, told) => {
  expect(stageMistake(dockerfile, target)).toContain(told);
});

it('knows no stages of another language', () => {
  expect(stageMistake(`# syntax=example/dockerfile-x\nINCLUDE ./base\n`, 'x')).toBeUndefined();
  expect(stageMistake(`# syntax=docker/dockerfile:1\n${dockerfile}`, 'x')).toBeDefined();
  expect(stageMistake('FROM scratch', 'x')).toContain('None of its stages has a name.');
});
