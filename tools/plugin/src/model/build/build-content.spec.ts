import fc from 'fast-check';
import { buildContent, countedTarget } from './build-content.ts';

const project = (build: object, more: object = {}) => ({
  name: 'orders',
  targets: { build: {}, 'docker-release': { options: { build, ...more } } },
});

it('counts what is said, and no order', () => {
  const content = buildContent(project({ args: { A: '1', B: '2' }, target: 'x' }));
  expect(buildContent(project({ target: 'x', args: { B: '2', A: '1' } }))).toEqual(content);
  expect(buildContent(project({ target: 'x', args: { B: '2', A: '3' } }))?.block).not.toBe(content?.block);
  expect(buildContent(project({ target: 'x', args: { B: '2', A: '3' } }))?.whole).not.toBe(content?.whole);
});

it('does not count where layers are kept', () => {
  const cache = { registry: 'r.example/x' };
  expect(buildContent(project({ target: 'x', cache }))).toEqual(buildContent(project({ target: 'x' })));
  expect(buildContent(project({ cache }))?.block).toBeUndefined();
  expect(countedTarget({ options: { build: { cache } } })).toEqual({});
  expect(countedTarget({ options: { build: { cache }, dryRun: true } })).toEqual({ options: { dryRun: true } });
});

it('keeps the order of lists', () => {
  const [one, other] = [
    ['linux/amd64', 'linux/arm64'],
    ['linux/arm64', 'linux/amd64'],
  ];
  expect(buildContent(project({ platforms: one }))).not.toEqual(buildContent(project({ platforms: other })));
});

it('finds the block in package.json, too', () => {
  const { name, ...nx } = project({ target: 'x' });
  expect(buildContent({ name, nx })?.block).toBe(buildContent(project({ target: 'x' }))?.block);
});

it('finds none in anything else', () => {
  fc.assert(fc.property(fc.anything(), (value) => expect(buildContent(value)).toBeUndefined()));
  expect(buildContent({ targets: { 'docker-release': {} } })).toBeUndefined();
});
