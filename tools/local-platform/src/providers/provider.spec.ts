import { widerScope } from './provider.ts';

describe('widerScope', () => {
  it.each([
    { running: undefined, asked: 'minimal', scope: 'minimal' },
    { running: undefined, asked: 'full', scope: 'full' },
    { running: 'minimal', asked: 'minimal', scope: 'minimal' },
    { running: 'minimal', asked: 'full', scope: 'full' },
    { running: 'full', asked: 'minimal', scope: 'full' },
  ] as const)('brings up $scope when $running runs and $asked is asked for', ({ running, asked, scope }) => {
    expect(widerScope(running, asked)).toBe(scope);
  });
});
