import fc from 'fast-check';
import { azureCommand } from './azure-syntax.ts';
import { ciSyntaxOf } from './ci-syntax.ts';

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

type Unescape = (text: string) => string;

function unescape(...pairs: readonly (readonly [string, string])[]): Unescape {
  return (text) => pairs.reduce((read, [from, to]) => read.replaceAll(from, to), text);
}

function command(info: string, data: string, separator: string, property: Unescape, value: Unescape): Command {
  const [name = '', ...rest] = info.split(' ');
  const pairs = rest
    .join(' ')
    .split(separator)
    .filter((pair) => pair.includes('='))
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), property(pair.slice(pair.indexOf('=') + 1))]);
  return { name, properties: Object.fromEntries(pairs), data: value(data) };
}

const azureUnescape = unescape(['%3B', ';'], ['%0D', '\r'], ['%0A', '\n'], ['%5D', ']'], ['%AZP25', '%']);
const githubData = unescape(['%0D', '\r'], ['%0A', '\n'], ['%25', '%']);
const githubProperty = unescape(['%0D', '\r'], ['%0A', '\n'], ['%3A', ':'], ['%2C', ','], ['%25', '%']);

/** A line as Azure's agent reads it (azure-pipelines-agent, Command.cs): the prefix is looked for anywhere. */
function azureReads(line: string): Command | undefined {
  const [, info, data] = /##vso\[([^\]]*)\]([^]*)$/i.exec(line) ?? [];
  return info === undefined ? undefined : command(info, data ?? '', ';', azureUnescape, azureUnescape);
}

/** Marks that Azure's log shows as groups and colours, anywhere to be on the safe side. */
const azureMarks = (line: string) => /##\[/.test(line);

/** A line as GitHub's runner reads it (actions/runner, ActionCommand.cs): of two forms the older one anywhere. */
function githubReads(line: string): Command | undefined {
  const [, info, data] = /^\s*::((?:(?!::)[^])*)::([^]*)$/.exec(line) ?? [];
  if (info !== undefined) return command(info, data ?? '', ',', githubProperty, githubData);
  const [, oldInfo, oldData] = /##\[([^\]]*)\]([^]*)$/.exec(line) ?? [];
  return oldInfo === undefined ? undefined : command(oldInfo, oldData ?? '', ';', githubData, githubData);
}

/** Lines as .NET reads them. */
const lines = (text: string) => text.split(/\r\n|\r|\n/);

/** Returns the text as a comparison sees it that ignores invisible characters. */
const withoutUnseen = (text: string) => text.replaceAll(/[\p{C}\p{M}]/gu, '');

const pieces = fc.constantFrom(
  ...[
    '::',
    ':',
    '##[',
    '##vso[',
    '##VSO[',
    '#',
    '##',
    '[',
    ']',
    ';',
    ',',
    '=',
    '%',
    '%0A',
    '%25',
    '%AZP25',
    '\r',
    '\n',
    '\t',
  ],
  ...[' ', 'error', 'group', 'endgroup', 'stop-commands', 'add-mask', 'task.setvariable', 'set-output', 'variable=x'],
  ...[
    '\u0000',
    '\u00ad',
    '\u200b',
    '\u200d',
    '\u0301',
    '\u001b',
    '\u001b[0K',
    '\u001b[31m',
    '\ufeff',
    '\u3000',
    'a',
    '"',
  ],
  ...['section_start:1:a\r\u001b[0K', 'section_end:1:a', 'section_', '--- ', '+++ ', '~~~ x', '^^^ +++', '-', '\\'],
);
/** Lines of which some were commands if nobody took care. */
const hostile = fc
  .array(fc.oneof(pieces, fc.string({ unit: 'binary-ascii', maxLength: 5 })), { maxLength: 12 })
  .map((all) => all.join(''));

const reads = {
  azure: (line: string) => azureReads(line) !== undefined || azureMarks(line),
  github: (line: string) => githubReads(line) !== undefined,
  gitlab: (line: string) => /section_(start|end):/.test(line),
  // eslint-disable-next-line no-control-regex
  buildkite: (line: string) => /^(\u001b\[[\d;]*m)*(---|\+\+\+|~~~|\^\^\^)\s/.test(line),
};

describe.each(['azure', 'github', 'gitlab', 'buildkite'] as const)('the log of %s', (ci) => {
  const { escapeCommands, fold, annotate } = ciSyntaxOf(ci);
  const isCommand = (text: string) =>
    lines(text).some((line) => reads[ci](line)) ||
    // GitLab's and Buildkite's own are exact.
    ((ci === 'azure' || ci === 'github') && lines(text).some((line) => reads[ci](withoutUnseen(line))));

  it('shows a line, whatever is in it, and does nothing else', () => {
    fc.assert(
      fc.property(hostile, (line) => {
        expect(isCommand(escapeCommands(line))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves a usual line as it is', () => {
    for (const line of [
      'orders  pushed a/b:1@sha256:0',
      '  std::string',
      '# [a](b) #1',
      'a --- b',
      '-----',
      '[x]: #[y]',
    ]) {
      expect(escapeCommands(line)).toBe(line);
    }
  });

  it('comes to an end with a long line of what is not seen', () => {
    for (const unseen of ['\u200b', '\r', '\u0001', '#\u200b', '\u200b:', '-']) {
      expect(isCommand(escapeCommands(`#${unseen.repeat(100_000)}##[error]`))).toBe(false);
    }
  });

  it('leaves JSON what it was', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.array(hostile)), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(escapeCommands(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('folds lines without letting any of them out', () => {
    fc.assert(
      fc.property(
        hostile.map((text) => text.replaceAll(/[\r\n]/g, '')),
        fc.array(hostile),
        (title, block) => {
          const [, ...rest] = fold!(title, block, new Date(0));
          for (const line of rest.slice(0, -1)) expect(isCommand(line)).toBe(false);
          expect(rest).toHaveLength(block.length + 1);
        },
      ),
    );
  });

  it('has annotations only where they are shown', () => {
    expect(annotate !== undefined).toBe(ci === 'azure' || ci === 'github');
  });
});

describe('annotations say what they shall', () => {
  it('to Azure', () => {
    fc.assert(
      fc.property(hostile, hostile, (about, text) => {
        const line = ciSyntaxOf('azure').annotate!('warning', about, text);
        expect(lines(line)).toHaveLength(1);
        expect(azureReads(line)).toEqual({
          name: 'task.logissue',
          properties: { type: 'warning' },
          data: `${about}: ${text}`,
        });
      }),
    );
  });

  it('to GitHub', () => {
    fc.assert(
      fc.property(hostile, hostile, (about, text) => {
        const line = ciSyntaxOf('github').annotate!('error', about, text);
        expect(lines(line)).toHaveLength(1);
        expect(githubReads(line)).toEqual({ name: 'error', properties: { title: about }, data: text });
      }),
    );
  });

  it('as documented', () => {
    expect(ciSyntaxOf('azure').annotate!('error', 'orders', '100% wrong;\n[a]')).toBe(
      '##vso[task.logissue type=error]orders: 100%AZP25 wrong;%0A[a]',
    );
    expect(ciSyntaxOf('github').annotate!('warning', 'orders, b: c', '100% wrong')).toBe(
      '::warning title=orders%2C b%3A c::100%25 wrong',
    );
    const at = { file: 'a,b/openapi.yaml', line: 12, column: 5 };
    expect(ciSyntaxOf('github').annotate!('error', 'no-a', 'wrong', at)).toBe(
      '::error file=a%2Cb/openapi.yaml,line=12,col=5,title=no-a::wrong',
    );
    expect(ciSyntaxOf('azure').annotate!('error', 'no-a', 'wrong', at)).toBe(
      '##vso[task.logissue type=error;sourcepath=a,b/openapi.yaml;linenumber=12;columnnumber=5]no-a: wrong',
    );
    expect(azureCommand('task.setvariable', { variable: 'a;b]', isOutput: 'true' }, '{"x":1}')).toBe(
      '##vso[task.setvariable variable=a%3Bb%5D;isOutput=true]{"x":1}',
    );
    expect(azureCommand('task.uploadsummary', {}, '/tmp/a.md')).toBe('##vso[task.uploadsummary]/tmp/a.md');
  });
});

it('folds in the syntax of each', () => {
  const folded = (ci: Parameters<typeof ciSyntaxOf>[0]) =>
    ciSyntaxOf(ci).fold?.('orders  builds the image', ['a', '::endgroup::', '##[endgroup]', '--- b'], new Date(1_000));
  expect(folded('azure')).toEqual([
    '##[group]orders  builds the image',
    'a',
    '::endgroup::',
    '#\\u0023[endgroup]',
    '--- b',
    '##[endgroup]',
  ]);
  expect(folded('github')).toEqual([
    '::group::orders  builds the image',
    'a',
    '\\u003a:endgroup::',
    '#\\u0023[endgroup]',
    '--- b',
    '::endgroup::',
  ]);
  expect(folded('gitlab')?.[0]).toBe(
    '\u001b[0Ksection_start:1:orders_builds_the_image_1000[collapsed=true]\r\u001b[0Korders  builds the image',
  );
  expect(folded('gitlab')?.at(-1)).toBe('\u001b[0Ksection_end:1:orders_builds_the_image_1000\r\u001b[0K');
  expect(folded('buildkite')).toEqual([
    '--- orders  builds the image',
    'a',
    '::endgroup::',
    '##[endgroup]',
    '\\u002d-- b',
    '+++ continued',
  ]);
  expect(folded('jenkins')).toBeUndefined();
  expect(ciSyntaxOf(undefined).escapeCommands('##[error]::x')).toBe('##[error]::x');
});
