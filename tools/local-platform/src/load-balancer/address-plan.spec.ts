import fc from 'fast-check';
import { planAddresses, type BalancedService } from './address-plan.ts';

const service = (uid: string, facts: Partial<BalancedService> = {}): BalancedService => ({
  uid,
  createdAt: '2026-11-24T10:00:00Z',
  asked: undefined,
  given: undefined,
  ...facts,
});

describe('planAddresses', () => {
  it('gives what is asked for, and something free to who asks for nothing', () => {
    const plan = planAddresses([service('a', { asked: '10.97.0.3' }), service('b')]);
    expect(Object.fromEntries(plan)).toEqual({ a: { address: '10.97.0.3' }, b: { address: '10.97.255.1' } });
  });

  it('refuses what is not its own to give', () => {
    for (const asked of ['203.0.113.7', '10.98.0.1', 'here', '::1'])
      expect(planAddresses([service('a', { asked })]).get('a')).toEqual({
        refusal: `The address ${asked} is not in 10.97.0.0/16.`,
      });
  });

  it('gives an address to who has it, then to who was first', () => {
    const older = service('z', { asked: '10.97.0.3', createdAt: '2026-11-23T10:00:00Z' });
    const newer = service('a', { asked: '10.97.0.3' });
    const refusal = { refusal: 'The address 10.97.0.3 belongs to another service.' };
    expect(planAddresses([newer, older]).get('a')).toEqual(refusal);
    expect(planAddresses([{ ...newer, given: '10.97.0.3' }, older]).get('z')).toEqual(refusal);
  });

  it('gives no address twice, and changes nothing when asked again', () => {
    const address = fc.constantFrom('10.97.0.1', '10.97.0.2', '10.97.255.1', '10.97.255.2', '192.0.2.1');
    const one = fc.record({
      uid: fc.uuid(),
      createdAt: fc.constantFrom('2026-11-23T10:00:00Z', '2026-11-24T10:00:00Z'),
      asked: fc.option(address, { nil: undefined }),
      given: fc.option(address, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ uid }) => uid }), (services) => {
        const plan = planAddresses(services);
        const given = [...plan.values()].flatMap((decision) => ('address' in decision ? [decision.address] : []));
        expect(plan.size).toBe(services.length);
        expect(new Set(given).size).toBe(given.length);
        const after = services.map((each) => {
          const decision = plan.get(each.uid);
          return { ...each, given: decision && 'address' in decision ? decision.address : undefined };
        });
        for (const { uid, given: address } of after)
          if (address !== undefined) expect(planAddresses(after).get(uid)).toEqual({ address });
      }),
    );
  });
});
