import fc from 'fast-check';
import { Refusal } from '../../../model/errors/product-error.ts';
import {
  anyBuildNumberOption,
  booleanOption,
  buildNumberOption,
  choiceReader,
  countOption,
  formatOption,
  secondsOption,
  stringOption,
} from './declare-options.ts';
import type { Options } from './option.ts';
import { readDeclared, readOptions } from './options.ts';

const readers = {
  env: stringOption('', 'NAME'),
  tag: buildNumberOption(''),
  dryRun: booleanOption(''),
  timeout: secondsOption('', { default: 300, least: 1, most: 600 }),
  buildNumber: anyBuildNumberOption(''),
  jobs: countOption('', { default: 4, least: 1, most: 100 }),
};
const read = (raw: Record<string, unknown>) => readOptions(raw, readers, { doing: 'deploy orders', service: 'orders' });

function refusalOf(raw: Record<string, unknown>): string {
  try {
    read(raw);
  } catch (error) {
    if (error instanceof Refusal) return error.explain();
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readOptions', () => {
  it('reads what is there, and fills in the rest', () => {
    expect(read({})).toEqual({
      env: undefined,
      tag: undefined,
      dryRun: false,
      timeout: 300,
      buildNumber: undefined,
      jobs: 4,
    });
    const options = read({
      env: 'preprod',
      tag: 'orders-20261124-1',
      dryRun: 'true',
      timeout: '90',
      buildNumber: '20261124-2',
      jobs: '12',
    });
    expect(JSON.parse(JSON.stringify(options))).toEqual({
      env: 'preprod',
      tag: '20261124-1',
      dryRun: true,
      timeout: 90,
      buildNumber: '20261124-2',
      jobs: 12,
    });
  });

  it("passes over Nx's own", () => {
    expect(read({ _: ['x'], '--': [], verbose: true, __overrides_unparsed__: [] })).toMatchObject({ dryRun: false });
  });

  it.each([
    [{ 'dry-runn': true }, 'Unknown option `--dry-runn`.\n  hint: A similar option is `--dry-run`.'],
    [{ tagg: '20261124-1' }, 'Unknown option `--tagg`.\n  hint: A similar option is `--tag`.'],
    [{ moon: 1 }, 'The options are `--env`, `--tag`, `--dry-run`'],
    [{ tag: 20261124.1 }, 'Nx reads it as the number 20261124.1'],
    [{ tag: 'payments-20261124-1' }, 'That is a release of payments.'],
    [{ tag: '2026-11-24' }, 'such as 20261124-1'],
    [{ dryRunn: true }, 'A similar option is `--dry-run`.'],
    [{ env: true }, 'Expected one value: `--env=NAME`.'],
    [{ env: ['a', 'b'] }, 'Expected one value: `--env=NAME`.'],
    [{ dryRun: 'maybe' }, 'Expected true or false.'],
    [{ timeout: 0 }, 'from 1 to 600'],
    [{ timeout: '' }, 'from 1 to 600'],
    [{ 'dry-run': 'maybe' }, '--dry-run cannot be "maybe"'],
    [{ jobs: 0 }, 'a whole number from 1 to 100'],
    [{ jobs: '1.5' }, 'a whole number from 1 to 100'],
    [{ jobs: [4] }, 'a whole number from 1 to 100'],
  ])('refuses %j', (raw, text) => {
    expect(refusalOf(raw)).toContain(text);
  });

  it('refuses or reads whatever it is given; it never breaks', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('env', 'tag', 'dryRun', 'timeout', 'buildNumber', 'jobs', 'x'), fc.anything()),
        (raw) => {
          try {
            read(raw);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
        },
      ),
    );
  });
});

it('reads an option in kebab-case and in camelCase', () => {
  expect(read({ 'dry-run': true, 'build-number': '20261124-2' })).toMatchObject({ dryRun: true });
  expect(read({ dryRun: true })).toMatchObject({ dryRun: true });
});

it('takes the tag of any service where none is named', () => {
  const { tag } = readOptions({ tag: 'payments-20261124-1' }, { tag: readers.tag }, { doing: 'deploy' });
  expect(String(tag)).toBe('20261124-1');
});

it('reads one of several values', () => {
  const choose = (ci: unknown) =>
    readOptions({ ci }, { ci: choiceReader('azure', 'github') }, { doing: 'generate' }).ci;
  expect([choose('azure'), choose(undefined)]).toEqual(['azure', undefined]);
  expect(() => choose('gitlab')).toThrow(Refusal);
});

it('refuses two forms of output', () => {
  const formats: Options = { json: formatOption(''), markdown: formatOption('') };
  expect(() => readDeclared({ json: true, markdown: true }, formats, { doing: 'show' })).toThrow(
    '--json and --markdown exclude one another.',
  );
  expect(readDeclared({ json: true }, formats, { doing: 'show' })).toEqual({ json: true, markdown: false });
});
