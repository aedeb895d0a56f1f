import fc from 'fast-check';
import { contextSources } from './dockerfile.ts';

const paths = (text: string) => contextSources(text).map(({ path }) => path);

describe('contextSources', () => {
  it('finds what is copied from the context, and where', () => {
    const dockerfile = `# syntax=docker/dockerfile:1
ARG APP=orders
FROM golang AS build
COPY go.work go.sum ./
# a comment
COPY --chown=1:1 \\
  # in between
  ./libs/money \\

  /src/libs/
ADD ["a b", "c*.txt", "/dest"]
ADD https://example.com/x.tgz /x
ADD git@git.example:x/y.git /y
COPY apps/$APP \${NOWHERE:-libs}/x apps/$UNKNOWN/z /src/
RUN --mount=type=cache,target=/c --mount=type=bind,source=docs,target=/d make
RUN --mount=target=/all true
COPY <<EOF /etc/x
COPY no no
EOF
RUN <<-"END"
	COPY no no
	END
FROM scratch
COPY --from=build /bin/x /x
copy ../above/../y /y
`;
    expect(contextSources(dockerfile)).toEqual([
      { line: 4, instruction: 'COPY', path: 'go.work' },
      { line: 4, instruction: 'COPY', path: 'go.sum' },
      { line: 6, instruction: 'COPY', path: 'libs/money' },
      { line: 11, instruction: 'ADD', path: 'a b' },
      { line: 11, instruction: 'ADD', path: 'c*.txt' },
      { line: 14, instruction: 'COPY', path: 'apps/orders' },
      { line: 14, instruction: 'COPY', path: 'libs/x' },
      { line: 14, instruction: 'COPY', path: 'apps/*/z' },
      { line: 15, instruction: 'RUN --mount', path: 'docs' },
      { line: 16, instruction: 'RUN --mount', path: '.' },
      { line: 24, instruction: 'COPY', path: 'bin/x', from: 'build' },
      { line: 25, instruction: 'COPY', path: 'y' },
    ]);
  });

  it('knows the escape of Windows, and all of the context', () => {
    expect(paths('# escape=`\nFROM x\nCOPY a `\n  b /c\n')).toEqual(['a', 'b']);
    expect(paths('FROM x\r\nCOPY . .\r\nCOPY ./ /b/\r\n')).toEqual(['.', '.']);
  });

  it('resolves what a variable is made of, in quotes and with defaults', () => {
    const dockerfile = 'ARG ROOT=libs\nARG AT="$ROOT/x" OPEN\nCOPY "${AT}/a b" ${OPEN:-apps}/$OPEN /c/\n';
    expect(paths(dockerfile)).toEqual(['libs/x/a b', 'apps/*']);
  });

  it('reads any text', () => {
    const word = fc.constantFrom(
      'COPY',
      'RUN',
      '<<EOF',
      'EOF',
      '\\\n',
      '\n',
      '[',
      '"',
      '--mount=',
      '--from=x',
      '${',
      '#',
      ' ',
    );
    fc.assert(fc.property(fc.array(fc.oneof(word, fc.string())), (words) => void contextSources(words.join(' '))));
  });
});
