import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from '../../../model/errors/product-error.ts';
import {
  buildNumberOption,
  countOption,
  booleanOption,
  anyBuildNumberOption,
  stringOption,
  readOptions,
  secondsOption,
} from './options.ts';

const door = join(import.meta.dirname, '../../../../../nx');
const { executors } = JSON.parse(readFileSync(join(door, 'executors.json'), 'utf8')) as {
  executors: Record<string, { schema: string }>;
};

const readers = {
  env: stringOption,
  tag: buildNumberOption('orders'),
  dryRun: booleanOption,
  timeout: secondsOption(300, 1, 600),
  buildNumber: anyBuildNumberOption,
  jobs: countOption(4, 1, 100),
};
const read = (raw: Record<string, unknown>) => readOptions(raw, readers, 'deploy orders');

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
    [{ 'dry-runn': true }, 'Did you mean "--dry-run"?'],
    [{ tagg: '20261124-1' }, 'Did you mean "--tag"?'],
    [{ moon: 1 }, 'The options are --env, --tag, --dry-run'],
    [{ tag: 20261124.1 }, 'Nx reads it as the number 20261124.1'],
    [{ tag: 'payments-20261124-1' }, 'That is a release of payments.'],
    [{ tag: '2026-11-24' }, 'such as 20261124-1'],
    [{ env: true }, '--env=VALUE'],
    [{ env: ['a', 'b'] }, 'once'],
    [{ dryRun: 'maybe' }, 'takes no value'],
    [{ timeout: 0 }, 'from 1 to 600'],
    [{ timeout: '' }, 'from 1 to 600'],
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

it.each(Object.entries(executors))(
  '%s: the schema names the options that are read',
  async (_name, { schema: file }) => {
    const path = join(door, file);
    const schema = JSON.parse(readFileSync(path, 'utf8')) as { properties: object };
    const { executor } = (await import(join(dirname(path), 'executor.ts'))) as {
      executor: { options: object | ((service: string) => object) };
    };
    const options = typeof executor.options === 'function' ? executor.options('orders') : executor.options;
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(options).sort());
  },
);
