import type { Environment } from '../../../model/environment/environment.ts';
import { changesPointOption } from './changes-point.ts';

const environments = ['dev', 'release-20261124', 'prod'].map((name, order) => ({ name, order })) as Environment[];
const read = (value: unknown) => {
  const option = changesPointOption('', '');
  const point = option.read(value, { name: 'from', doing: 'show', service: 'orders' });
  return JSON.parse(JSON.stringify(option.resolve!(point, environments, 'show') ?? null)) as unknown;
};

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
    ['', '`--from=POINT`'],
    [true, '`--from=POINT`'],
    [['a', 'b'], '`--from=POINT`'],
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
