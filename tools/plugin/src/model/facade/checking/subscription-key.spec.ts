import { inspect } from 'node:util';
import { checkKeyOf, SubscriptionKey } from './subscription-key.ts';

describe('SubscriptionKey', () => {
  it('shows itself in a header, and nowhere else', () => {
    const key = SubscriptionKey.parse(' 8f3a21\n')!;
    expect(key.header('Key')).toEqual({ Key: '8f3a21' });
    expect(`${JSON.stringify({ key })} ${String(key)} ${inspect(key, { showHidden: true })}`).not.toContain('8f3a21');
  });

  it.each([undefined, '', '  ', 'a b', 'ä', 'a\nb'])('is not denoted by %j', (text) => {
    expect(SubscriptionKey.parse(text)).toBeUndefined();
  });
});

describe('checkKeyOf', () => {
  it('reads the variable that an environment names', () => {
    const { variable, key } = checkKeyOf({ keyVariable: 'CHECK_KEY' }, { CHECK_KEY: '8f3a21' });
    expect([variable, key?.header('Key')]).toEqual(['CHECK_KEY', { Key: '8f3a21' }]);
    expect(checkKeyOf({ keyVariable: 'CHECK_KEY' }, {})).toEqual({ variable: 'CHECK_KEY', key: undefined });
    const unset = checkKeyOf({ keyVariable: 'CHECK_KEY' }, { CHECK_KEY: '$(CHECK_KEY)' });
    expect(unset).toEqual({ variable: 'CHECK_KEY', key: undefined });
    expect(checkKeyOf({}, { CHECK_KEY: '8f3a21' })).toEqual({ variable: undefined, key: undefined });
  });
});
