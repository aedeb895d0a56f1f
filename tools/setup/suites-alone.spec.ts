import { join } from 'node:path';
import { endToEndAlone, unitTestsAlone } from './suites-alone.ts';

const root = join(import.meta.dirname, '..', '..');
const here = 'tools/setup/suites-alone.spec.ts';
const nested = 'tools/plugin/src/model/workspace/places.spec.ts';
const output = (files: readonly string[], tasks: readonly string[]) =>
  [
    ...files.map((file) => `FAIL x ${file} (2 s)`),
    '',
    ' Failed tasks:',
    '',
    ...tasks.map((task) => `- ${task}`),
    '',
  ].join('\n');

it('runs failed end-to-end suites by their paths', () => {
  expect(endToEndAlone('FAIL e2e tools/e2e/src/b.e2e.ts (92.989 s)')?.slice(2)).toEqual([
    '--runInBand',
    '--runTestsByPath',
    'tools/e2e/src/b.e2e.ts',
  ]);
  expect(endToEndAlone('Killed')).toBeUndefined();
});

describe('failed suites of unit tests', () => {
  it('run by the configurations of their projects', () => {
    const said = output([here, nested, 'src/model/workspace/places.spec.ts'], ['setup:test', 'plugin:test']);
    expect(unitTestsAlone(said, root)).toEqual([
      '--runInBand',
      '--projects',
      'tools/setup',
      'tools/plugin',
      '--runTestsByPath',
      here,
      nested,
    ]);
  });

  it.each([
    ['lint failed too', [here], ['setup:test', 'plugin:lint']],
    ["another project's runner names no suite", [here], ['setup:test', 'quotes:test']],
    ['a suite has no file', ['tools/setup/gone.spec.ts'], ['setup:test']],
    ['nothing is named', [], []],
  ])('do not when %s', (_, files, tasks) => {
    expect(unitTestsAlone(output(files, tasks), root)).toBeUndefined();
  });
});
