import fc from 'fast-check';
import { samplePassword, samplePem, samplePemParts } from '../../../../contracts/src/secret-samples.ts';
import { Failure, ProductError, Refusal } from './product-error.ts';

const facts = {
  type: 'no-container-engine' as const,
  doing: 'build orders',
  reason: 'Nothing answers.',
  remedy: 'Start docker.',
};

describe('ProductError', () => {
  it('says what and why in its headline, with the hint and the evidence below', () => {
    expect(new Failure({ ...facts, evidence: ['line 1', 'line 2'] }).explain()).toBe(
      'Could not build orders: Nothing answers.\n  hint: Start docker. [no-container-engine]\n  line 1\n  line 2',
    );
  });

  it('holds no secret of what others wrote, neither for people nor for machines nor for records', () => {
    const address = `postgres://u:${samplePassword}@db`;
    const evidence = [`log: ${address}`, ...samplePem().split('\n')];
    const error = new Failure({ ...facts, reason: `It said ${address}.`, remedy: `Not ${address}.`, evidence });
    for (const text of [error.explain(), error.message, JSON.stringify(error), JSON.stringify(error.facts)]) {
      expect(text).toContain('postgres://u:***@db');
      for (const secret of [samplePassword, ...samplePemParts]) expect(text).not.toContain(secret);
    }
  });

  it('tells machines the same, without the cause', () => {
    const error = new Refusal({ ...facts, cause: new Error('secret') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ ...facts, exitCode: 2 });
    expect(error.cause).toEqual(new Error('secret'));
    expect(new Failure(facts).toJSON().exitCode).toBe(1);
  });

  it('is told from a bug', () => {
    expect(new Refusal(facts)).toBeInstanceOf(ProductError);
    expect(new Refusal(facts).name).toBe('Refusal');
    expect(new Failure(facts)).not.toBeInstanceOf(Refusal);
  });

  it('writes any text, and none that controls a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (reason, evidence) => {
        const error = new Failure({ ...facts, reason, evidence });
        expect(error.explain().split('\n')).toHaveLength(evidence.length + 2);
        // eslint-disable-next-line no-control-regex
        expect(error.explain()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
        expect(error.toJSON()).toMatchObject({ reason, evidence });
      }),
    );
    expect(new Failure({ ...facts, reason: 'a\u001b[31mb' }).explain()).toContain('a\\u001b[31mb');
  });
});
