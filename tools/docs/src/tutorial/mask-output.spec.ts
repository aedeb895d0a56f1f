import { outputMask } from './mask-output.ts';

const release = `
 NX   Running target release for project hello and 4 tasks it depends on:

> nx run hello:release

hello  using build number 20261128-1
hello  preprod: Deployment hello created
hello  preprod: Deployment hello: 0 of 2 pods ready
hello  preprod: requests meanwhile: 0 of 20 failed, p99 408 ms
hello 20261128-1: released sha256:aaaa703fd99b
hello 20261128-1: runs in preprod (commit aaaabbbb0000, 0 of 20 requests lost, 8 s)
  Run duration:      375ms
`;

it('shows what the plugin printed, and nothing that differs from run to run', () => {
  const [first, second] = [release, release.replaceAll('20261128', '20270102').replace('8 s', '1 min 3 s')].map(
    (each) => outputMask()(each),
  );
  expect(first).toBe(
    `hello  using build number 20261124-1
hello  preprod: Deployment hello created
hello 20261124-1: released sha256:4fbd3b74d924
hello 20261124-1: runs in preprod (commit 9a703fd99b5e, 0 of … requests lost, … s)`,
  );
  expect(second).toBe(first);
});

it('shows requests that were lost', () => {
  expect(outputMask()('hello 20261128-1: runs (1 of 20 requests lost)')).toContain('1 of 20 requests lost');
});

it('leaves what another program printed as it is, but for names of this run', () => {
  const names = new Map([['127.0.0.1:5000/e2e-1', 'registry.example']]);
  expect(outputMask(names)('{"image":"127.0.0.1:5000/e2e-1/hello"}\n')).toBe('{"image":"registry.example/hello"}');
});

it('sets tables again', () => {
  const table = ' NX \nSERVICE  BUILD       TOOK       URL\nhello    20261128-2  1 min 2 s  http://x\n';
  expect(outputMask()(table)).toBe('SERVICE  BUILD       TOOK  URL\nhello    20261124-2  … s   http://x');
});

it('shows a commit that comes again as the same one, and another one as another', () => {
  const mask = outputMask();
  expect([mask('at aaaabbbb0000'), mask('from bbbbcccc1111 to aaaabbbb0000')]).toEqual([
    'at 4fbd3b74d924',
    'from 9a703fd99b5e to 4fbd3b74d924',
  ]);
});
