import fc from 'fast-check';
import { baseImages, type BuildInputs } from './base-images.ts';

type Settings = Partial<BuildInputs>;

const plainBuild: BuildInputs = { args: {}, target: undefined, contexts: {}, platforms: [] };

const digest = `sha256:${'a'.repeat(64)}`;
const read = (dockerfile: string, settings: Settings = {}) => baseImages(dockerfile, { ...plainBuild, ...settings });
const namesIn = (dockerfile: string, settings: Settings = {}) =>
  read(dockerfile, settings).images.map(({ image }) => image.toString());
const node = 'docker.io/library/node:24';

describe('baseImages', () => {
  it.each<[string, string, string[], Settings?]>([
    ['an official image', 'FROM node:24', [node]],
    ['one without a tag', 'FROM node', ['docker.io/library/node:latest']],
    ['one of a registry', 'from acr.example:5000/team/node:24', ['acr.example:5000/team/node:24']],
    ['one of this machine', 'FROM localhost/node:24', ['localhost/node:24']],
    ['one of a user', 'FROM nginxinc/nginx-unprivileged:1', ['docker.io/nginxinc/nginx-unprivileged:1']],
    ['one that is pinned', `FROM node:24@${digest}`, [`${node}@${digest}`]],
    ['one of a platform', 'FROM --platform=$BUILDPLATFORM node:24 AS build', [node]],
    ['none of scratch', 'FROM scratch', []],
    ['none of an earlier stage, whatever its case', 'FROM node:24 AS Build\nFROM build', [node]],
    ['one that has the name of a later stage', 'FROM build\nFROM build AS build', ['docker.io/library/build:latest']],
    ['one that is copied from', 'FROM scratch\nCOPY --link --from=node:24 /a /b', [node]],
    ['none of a stage by its number', 'FROM node:24\nFROM scratch\nCOPY --from=0 /a /b', [node]],
    ['one that is mounted', 'FROM scratch\nRUN --mount=type=bind,from=node:24,source=/a x', [node]],
    ['none that a command only speaks of', 'FROM scratch\nRUN x --mount=type=bind,from=node:24 --from=node:24', []],
    ['those of the needed stages alone', 'FROM golang AS test\nFROM node:24', [node]],
    ['those of the target', 'FROM node:24 AS app\nFROM golang AS test', [node], { target: 'APP' }],
    ['the default of an argument', 'ARG V=24\nARG IMAGE=node:${V}\nFROM ${IMAGE}', [node]],
    ['a given argument', 'ARG V=22\nFROM node:$V', [node], { args: { V: '24' } }],
    ['no argument that is not declared', 'FROM node:24$V', [node], { args: { V: '-x' } }],
    ['a fallback', 'FROM ${IMAGE:-node:${V:-24}}', [node]],
    ['an alternative', 'ARG SLIM=1\nFROM node:24${SLIM:+-slim}', [`${node}-slim`]],
    ['an empty value, by both fallbacks', 'ARG V=\nFROM node:24${V-x}${V:--y}', [`${node}-y`]],
    ['quotes', 'FROM "node:24"', [node]],
    ['no argument of a stage', 'FROM scratch AS a\nARG V=24\nFROM node:$V', []],
    ['an argument of a stage, in it', 'ARG V=24\nFROM scratch\nARG V\nCOPY --from=node:$V /a /b', [node]],
    ['lines that go on', 'FROM \\\n# a comment\n\n  node:\\\n24', [node]],
    ['no line that goes on', 'FROM scratch\nRUN echo \\\\\nCOPY --from=node:24 /a /b', [node]],
    ['the other escape', '# escape=`\nFROM `\nnode:24', [node]],
    ['no escape that is a comment', '# hello\n# escape=`\nFROM scratch\nRUN a `\nCOPY --from=node:24 /a /b', [node]],
    ['nothing in a heredoc', 'FROM scratch\nRUN <<EOF\nFROM golang\n EOF\nEOF\nCOPY --from=node:24 /a /b', [node]],
    [
      'nothing in an indented one',
      'FROM scratch\nCOPY <<-"E" <<B /x/\nFROM a\n\tE\nFROM b\nB\nCOPY --from=node:24 /a /b',
      [node],
    ],
    [
      'what comes after what is no heredoc',
      'FROM scratch\nRUN cat <<<x && echo "a <<EOF b"\nCOPY --from=node:24 /a /b',
      [node],
    ],
    ['a context that is an image', 'FROM app', [node], { contexts: { app: 'docker-image://node:24' } }],
    ['none of a context that is a folder', 'FROM app', [], { contexts: { app: '/work/app' } }],
    [
      "what takes an image's place",
      'FROM alpine',
      [node],
      { contexts: { 'docker.io/library/alpine': 'docker-image://node:24' } },
    ],
    [
      "what takes a stage's place",
      'FROM golang AS app\nCOPY --from=a /x /x\nFROM app',
      [node],
      { contexts: { app: 'docker-image://node:24' } },
    ],
    [
      'the stages that it may be',
      'FROM node:24 AS b-amd64\nFROM node:22 AS b-arm64\nFROM b-$TARGETARCH',
      ['docker.io/library/node:22', node],
    ],
    [
      'the one stage of the one platform',
      'FROM node:24 AS b-amd64\nFROM node:22 AS b-arm64\nFROM b-$TARGETARCH',
      [node],
      { platforms: ['linux/amd64'] },
    ],
    ['nothing of windows line ends', 'FROM node:24\r\nCOPY --from=node:24 a b\r\n', [node]],
  ])('finds %s', (_, dockerfile, expected, settings = {}) => {
    expect(namesIn(dockerfile, settings)).toEqual(expected);
  });

  it('tells which the image is on top of', () => {
    const below = (dockerfile: string) => read(dockerfile).below?.image.toString();
    expect(below('FROM node:24 AS a\nFROM golang AS b\nFROM a AS c\nFROM c\nCOPY --from=b /x /x')).toBe(node);
    expect(below('FROM node:24 AS a\nFROM scratch\nCOPY --from=a /x /x')).toBeUndefined();
    expect(below('')).toBeUndefined();
  });

  it('tells what it cannot know, and how the Dockerfile is read', () => {
    expect(read('# syntax=docker/dockerfile:1\nFROM node:24-$TARGETARCH\nCOPY --from=${X#y} a b')).toMatchObject({
      images: [],
      unknown: ['${X#y}', 'node:24-$TARGETARCH'],
      frontend: { repository: 'docker/dockerfile', tag: '1' },
    });
    expect(read('FROM UPPER/Case').unknown).toEqual(['UPPER/Case']);
    expect(read('FROM node:24-$TARGETARCH', { platforms: ['linux/arm64'] }).images).toMatchObject([
      { name: 'node:24-arm64' },
    ]);
  });

  it('ends for stages that name themselves, and names each image once', () => {
    expect(namesIn('FROM a AS a\nFROM a AS a\nCOPY --from=a x y\nRUN --mount=from=a x')).toEqual([
      'docker.io/library/a:latest',
    ]);
  });

  it('finds the images of any chain of stages, however it is written', () => {
    const image = fc.constantFrom('node:24', 'golang:1.25', 'acr.example/a/b:1', `redis:7@${digest}`);
    const noise = fc.constantFrom(
      '',
      '# FROM alpine\n',
      'RUN <<E\nFROM alpine\nE\n',
      'ENV A=\\\n  FROM\n',
      'ONBUILD COPY --from=alpine a b\n',
    );
    const stage = fc.record({ image, noise, copies: fc.boolean(), isBroken: fc.boolean() });
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 6 }), (stages) => {
        const text = stages.map(({ image: from, noise: other, copies, isBroken }, index) => {
          const before = copies && index > 0 ? `COPY --from=s${index - 1} /x /x\n` : '';
          return `FROM ${isBroken ? '\\\n' : ''}${from} AS s${index}\n${other}${before}`;
        });
        const needed = new Set<string>();
        for (let at = stages.length - 1; at >= 0; at--) {
          needed.add(stages[at]!.image);
          if (!stages[at]!.copies) break;
        }
        expect(read(text.join('')).images.map(({ name }) => name)).toEqual([...needed].sort());
      }),
    );
  });

  it('reads any text', () => {
    const piece = fc.constantFrom(
      'FROM ',
      'ARG A=',
      '${A',
      ':-',
      '}',
      '$',
      '"',
      "'",
      '\\',
      '\n',
      '<<E',
      ' AS ',
      '--from=',
      'COPY ',
      'a',
      '0',
      '\0',
      '# escape=`\n',
      '`',
    );
    const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, (dockerfile) => void read(dockerfile)));
  });
});
