import type { Environment } from '../../../model/environment/environment.ts';
import { changesPoint } from './changes-point.ts';

const environments = ['dev', 'release-20261124', 'prod'].map((name, order) => ({ name, order })) as Environment[];
const read = (value: unknown) =>
  JSON.parse(JSON.stringify(changesPoint('orders')(value, 'from', 'tell')?.(environments) ?? null));

describe('changesPoint', () => {
  it('reads environments, builds, tags and HEAD', () => {
    expect(read('prod')).toMatchObject({ kind: 'environment', environment: { name: 'prod' } });
    expect(read('20261124-1')).toEqual({ kind: 'build', buildNumber: '20261124-1' });
    expect(read('orders-20261124.10')).toEqual({ kind: 'build', buildNumber: '20261124.10' });
    expect(read('HEAD')).toEqual({ kind: 'head' });
    expect(read(undefined)).toBeNull();
  });

  it.each([
    [20261124.1, 'Nx reads it as the number'],
    ['payments-20261124-1', 'a release of payments'],
    ['20261324-1', 'A build number is'],
    ['20261124-', 'A build number is'],
    ['prd', 'Did you mean "prod"?'],
    ['', '--from=VALUE'],
    [true, '--from=VALUE'],
    [['a', 'b'], '--from=VALUE'],
  ])('refuses %j', (value, text) => {
    try {
      read(value);
    } catch (error) {
      expect((error as { explain(): string }).explain()).toContain(text);
      return;
    }
    throw new Error('nothing was refused');
  });
});
