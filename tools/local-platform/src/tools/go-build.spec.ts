import { weightOfLine, workOfListing } from './go-build.ts';

describe('workOfListing', () => {
  it('counts what has to be compiled, and the linking of binaries', () => {
    const listing = [
      'fmt\t\t fmt',
      'example/stale\tstale dependency: fmt\tstale',
      'example/cached\tnot installed but available in build cache\tcached',
      'example/cmd\tbuild ID mismatch\tmain',
      '',
    ].join('\n');
    expect(workOfListing(listing)).toBe(1 + 1 + 25);
  });
});

describe('weightOfLine', () => {
  it.each([
    ['/go/tool/linux_amd64/compile -o $WORK/b001/_pkg_.a -trimpath x', 1],
    ['GOROOT=/go /go/tool/linux_amd64/link -o $WORK/b001/exe/a.out -importcfg x', 25],
    ['mkdir -p $WORK/b001/', 0],
  ])('%s weighs %d', (line, weight) => {
    expect(weightOfLine(line)).toBe(weight);
  });
});
