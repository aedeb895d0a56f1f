import fc from 'fast-check';
import { executors } from '../../plugin/src/nx/executors/executors.ts';
import { kebabCase, type OptionKind } from '../../plugin/src/nx/executors/options/option.ts';
import type { RawOptions } from '../../plugin/src/nx/executors/options/options.ts';
import type { CommandName } from '../../plugin/src/nx/graph/commands.ts';

/** Commands whose options are tried: all. */
export type FuzzedCommand = CommandName;
export const fuzzedCommands = Object.keys(executors) as readonly FuzzedCommand[];

/** Options with a mistake. */
export interface MalformedOptions {
  readonly command: FuzzedCommand;
  /** The fault: `--timeout is -1`. */
  readonly what: string;
  readonly options: RawOptions;
  /** A refusal must have at least one of these. */
  readonly where: readonly string[];
}

/** Options that Nx adds, and that are therefore ignored. */
const ofNx = /^(_|--|__.*|verbose|parallel|skipNxCache|tuiAutoExit)$/;

const texts = fc
  .oneof(
    fc.constantFrom(
      '../../etc/passwd',
      '/etc/passwd',
      'a b',
      'preprdo',
      'PREPROD',
      '--env',
      '$(id)',
      'x'.repeat(5000),
      '💥',
      'a\u001b[31mb',
      'a\u0000b',
      '__proto__',
      'constructor',
      'null',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== ''),
  )
  .filter((text) => !['dev', 'preprod', 'prod'].includes(text));

const noTexts = fc.constantFrom<unknown>('', '   ', true, false, 5, 1.5, ['preprod', 'preprod'], [], {}, { a: 1 });

/** Values that an option of a type never takes. Nothing at all (`undefined`) is an option that was not given. */
const wrongValues: Readonly<Record<OptionKind, fc.Arbitrary<unknown>>> = {
  boolean: fc.constantFrom<unknown>(
    'yes',
    'no',
    'TRUE',
    '',
    ' true',
    1,
    0,
    null,
    [],
    ['true', 'true'],
    [true, false],
    {},
  ),
  text: noTexts,
  // Nothing that could be written.
  file: fc.oneof(noTexts, fc.constantFrom<unknown>('no-such-folder/x.json', '/', '/proc/nothing/x')),
  folder: fc.oneof(noTexts, fc.constantFrom<unknown>('/', '/etc/passwd')),
  environment: fc.oneof(texts, noTexts),
  environments: fc.oneof(texts, noTexts, fc.constantFrom<unknown>('preprod,', ',', 'preprod,preprdo')),
  point: fc.oneof(texts, noTexts),
  port: fc.constantFrom<unknown>(0, -1, 65_536, 80.5, 'http', '', ' ', [], {}, null),
  block: fc.constantFrom<unknown>('', 'x', 5, true, [], { contxt: '.' }, { context: '..' }),
  approval: fc.oneof(
    texts,
    fc.constantFrom<unknown>('', ' ', ',', 'plan-', 'plan-3f9a', 5, null, [], [1], {}, ['true']),
  ),
  'any-port': fc.constantFrom<unknown>(-1, 65_536, 80.5, 'http', '', ' ', [], {}, null),
  shares: fc.constantFrom<unknown>('', '0%', '101%', '10%,', '50%,10%', '10.5%', -1, 1.5, true, [], {}, null),
  words: fc.oneof(texts, fc.constantFrom<unknown>('', [], [1], {}, true, 5)),
  build: fc.oneof(
    texts,
    noTexts,
    fc.constantFrom<unknown>(
      20261124.1,
      20261124.1,
      'latest',
      '20261124',
      '20261124-0',
      '20261324-1',
      '20261124-1-',
      '20261124_1',
      '-1',
      'orders-20261124-1',
      '20991231-1',
      'soak-20991231-999',
      '9'.repeat(400),
      '20261124-99999999999',
    ),
  ),
  'new-build': fc.oneof(
    texts,
    noTexts,
    fc.constantFrom<unknown>(
      20261124.1,
      'latest',
      '20261124',
      '20261124-0',
      '20261324-1',
      'soak-20261124-1',
      '9'.repeat(400),
    ),
  ),
  seconds: fc.constantFrom<unknown>(
    0,
    -1,
    1e9,
    '1e999',
    'soon',
    '',
    ' ',
    '5m',
    '-0',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    null,
    [],
    [5, 6],
    {},
  ),
  count: fc.constantFrom<unknown>(0, -1, 1.5, 1e9, 'many', '', ' ', '4x', Number.NaN, true, null, [], [4], {}),
  moment: fc.oneof(
    texts,
    noTexts,
    fc.constantFrom<unknown>('yesterday', '2026-13-45', '25:00', 'soak-0', 'nobody-1', '2099-01-01T00:00:00Z', '1'),
  ),
  commit: fc.constantFrom<unknown>(
    ...['', '   ', true, [], ['main', 'main'], {}, 1.5, 1e300, 99999],
    ...['zzzz', '0'.repeat(40), '--all', '-n', 'HEAD~99999', 'a..b', '../../etc/passwd', 'x'.repeat(200_000)],
    ...['a\u0000b', 'a\nb', '$(id)', '💥'],
  ),
  period: fc.oneof(
    texts.filter((text) => !/^\d+[smhd]$/.test(text)),
    noTexts,
    fc.constantFrom<unknown>('0d', '-1d', '1.5h', '30', '99999d', '1 d', 'd', '2099-01-01T00:00:00Z', 30),
  ),
};

const misspelt = (name: string): fc.Arbitrary<string> =>
  fc
    .record({ at: fc.nat(name.length - 1), how: fc.constantFrom('double', 'drop', 'swap', 'change') })
    .map(({ at, how }) => {
      if (how === 'drop') return name.slice(0, at) + name.slice(at + 1);
      if (how === 'double') return name.slice(0, at + 1) + name.slice(at);
      if (how === 'swap') return name.slice(0, at) + (name[at + 1] ?? '') + name[at] + name.slice(at + 2);
      return `${name.slice(0, at)}q${name.slice(at + 1)}`;
    });

/** Option sets of all commands, each with one mistake for certain. */
export function malformedOptions(): fc.Arbitrary<MalformedOptions> {
  return fc.constantFrom(...fuzzedCommands).chain((command) => {
    const known = executors[command].options;
    const names = Object.keys(known);
    const unknown = fc
      .oneof(
        fc.constantFrom(...names).chain(misspelt),
        texts,
        fc.constantFrom('help', 'version', 'Env', 'TAG', 'namespace'),
      )
      .filter((name) => ![...names, ...names.map(kebabCase)].includes(name) && !ofNx.test(name))
      .chain((name) =>
        fc.constantFrom<unknown>(true, 'x', 5).map((value) => ({
          what: `--${name.slice(0, 40)} is unknown`,
          wrong: own(name, value),
          where: ['Unknown option `--'],
        })),
      );
    const badValue = fc.constantFrom(...names).chain((name) =>
      wrongValues[known[name]!.kind].map((value) => ({
        what: `--${name} is ${(JSON.stringify(value) ?? String(value)).slice(0, 60)}`,
        wrong: own(name, value),
        where: [
          `--${kebabCase(name)}`,
          'Infrastructure/environments',
          'find soak',
          '20991231-',
          'no deployment',
          'environment',
          'records',
          '--commit',
        ],
      })),
    );
    const right = fc.constantFrom<RawOptions>(
      {},
      { dryRun: true },
      { timeout: '30' },
      { env: 'preprod' },
      { verbose: true },
    );
    return fc.tuple(fc.oneof(unknown, badValue), right).map(([{ what, wrong, where }, more]) => ({
      command,
      what: `${command}: ${what}`,
      options: {
        // What must be there is right, unless it is what is wrong.
        ...(command === 'infrastructure-rollback' ? { to: '1h' } : {}),
        ...Object.fromEntries(Object.entries(more).filter(([name]) => names.includes(name) || ofNx.test(name))),
        ...wrong,
      },
      where,
    }));
  });
}

/** Also of `__proto__` and the like. */
function own(name: string, value: unknown): RawOptions {
  return Object.fromEntries([[name, value]]);
}
