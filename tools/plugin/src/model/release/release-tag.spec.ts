import fc from 'fast-check';
import { BuildNumber } from './build-number.ts';
import { ReleaseTag } from './release-tag.ts';
import { whyNotServiceName } from './service-name.ts';

const anyService = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/).filter((name) => whyNotServiceName(name) === undefined);
const anyNumber = fc
  .tuple(fc.constantFrom('-', '.'), fc.integer({ min: 1, max: 999_999_999 }))
  .map(([separator, revision]) => BuildNumber.parse(`20261124${separator}${revision}`)!);

describe('ReleaseTag', () => {
  it('reads back the tag of any service and number', () => {
    fc.assert(
      fc.property(anyService, anyNumber, (service, number) => {
        const tag = new ReleaseTag(service, number);
        expect(ReleaseTag.parse(tag.toString())).toEqual(tag);
        expect(JSON.stringify(tag)).toBe(JSON.stringify(tag.toString()));
      }),
    );
  });

  it('takes the last number of a tag whose service looks like one', () => {
    const tag = ReleaseTag.parse('orders-20261124-1-20261125-2')!;
    expect([tag.service, tag.buildNumber.toString()]).toEqual(['orders-20261124-1', '20261125-2']);
  });

  it.each([
    '',
    'orders',
    '20261124-1',
    '-20261124-1',
    'orders-20261124',
    'orders-20261324-1',
    'Orders-20261124-1',
    'a/b-20261124-1',
    'orders--20261124-1\n',
    'v1.2.3',
    'orders-20261124-1^{}',
  ])('refuses %j', (text) => expect(ReleaseTag.parse(text)).toBeUndefined());

  it('never throws on hostile input', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void ReleaseTag.parse(text)));
  });
});
