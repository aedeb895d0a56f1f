import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import { ApiPath } from './api-path.ts';
import { apiVersionsAmong, ApiVersion } from './api-version.ts';
import { ApiId, ApiReleaseId, ApiRevision, ProductId } from './identifiers.ts';
import { RevisionMark } from './revision-mark.ts';

const build = (text: string) => BuildNumber.parse(text)!;
const builds = fc
  .record({ day: fc.integer({ min: 0, max: 40_000 }), revision: fc.integer({ min: 1, max: 999_999_999 }) })
  .map(({ day, revision }) => {
    const date = new Date(day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    return build(`${date}-${revision}`);
  });

describe('identifiers', () => {
  it.each([
    ['ApiId', ApiId, 80],
    ['ApiRevision', ApiRevision, 100],
    ['ProductId', ProductId, 256],
  ] as const)('%s takes letters, digits and hyphens, as many as API Management', (_, kind, longest) => {
    for (const text of ['a', '1', 'orders-v2', 'Orders', 'x'.repeat(longest)])
      expect(kind.parse(text)!.toString()).toBe(text);
    for (const text of ['', '-', 'a-', '-a', 'my-api1.0', 'a;rev=1', 'a b', 'ä', 'a\n', 'x'.repeat(longest + 1), 'a_b'])
      expect(kind.parse(text)).toBeUndefined();
  });

  it('reads no text that it does not write alike', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 90 }), fc.stringMatching(/^[a-z0-9;=.-]{0,5}$/)), (text) => {
        for (const kind of [ApiId, ApiRevision, ApiReleaseId, ProductId, ApiPath, ApiVersion, RevisionMark])
          expect([undefined, text]).toContain(kind.parse(text)?.toString());
      }),
    );
  });
});

describe('ApiRevision', () => {
  it('is named by a build, and gives it back', () => {
    fc.assert(
      fc.property(builds, (number) => {
        const revision = ApiRevision.of(number);
        expect(ApiRevision.parse(revision.toString())!.equals(revision)).toBe(true);
        expect(revision.buildNumber()!.equals(number)).toBe(true);
      }),
    );
  });

  it('has no dot where an old number has one', () => {
    const old = build('20181130.1');
    expect(ApiRevision.of(old).toString()).toBe('20181130-1');
    expect(ApiRevision.of(old).buildNumber()!.equals(old)).toBe(true);
    expect(ApiRevision.parse('20181130.1')).toBeUndefined();
  });

  it('may be of no build', () => {
    expect(ApiRevision.parse('1')!.buildNumber()).toBeUndefined();
    expect(ApiId.parse('orders')!.at(ApiRevision.of(build('20261124-1')))).toBe('orders;rev=20261124-1');
  });
});

describe('ApiReleaseId', () => {
  it('is of its own, whatever was taken before', () => {
    expect(ApiReleaseId.next([], build('20261124-1')).toString()).toBe('1-20261124-1');
    expect(ApiReleaseId.next(['9-20261124-1', '10-20261124-2', 'by-hand'], build('20261124-1')).toString()).toBe(
      '11-20261124-1',
    );
    fc.assert(
      fc.property(
        builds,
        fc.array(
          fc.oneof(
            fc.string(),
            builds.map((each) => `7-${each.toString()}`),
          ),
        ),
        (number, taken) => {
          const next = ApiReleaseId.next(taken, number);
          expect(taken).not.toContain(next.toString());
          expect(ApiReleaseId.parse(next.toString())).toEqual(next);
        },
      ),
    );
  });

  it('is of an old number, too', () => {
    expect(ApiReleaseId.next([], build('20181130.1')).toString()).toBe('1-20181130-1');
  });
});

describe('ApiPath', () => {
  it.each(['orders', 'preprod/orders/v2', 'a.b/c_d~e'])('takes %s', (text) => {
    expect(ApiPath.parse(text)!.toString()).toBe(text);
  });

  it.each([
    '',
    '/',
    '/orders',
    'orders/',
    'a//b',
    '..',
    'a/../b',
    'a b',
    'a?b',
    '{id}',
    'staged-api/x',
    `a${'b'.repeat(400)}`,
  ])('takes no "%s"', (text) => {
    expect(ApiPath.parse(text)).toBeUndefined();
  });

  it('is at no path of clients while it is staged', () => {
    expect(ApiPath.staged(ApiId.parse('orders')!).toString()).toBe('staged-api/orders');
  });
});

describe('ApiVersion', () => {
  it('is named by its file, and in order', () => {
    const files = [
      'openapi.yaml',
      'openapi.v10.yaml',
      'openapi.v2.yaml',
      'openapi.x.yaml',
      'openapi.v0.yaml',
      'v3.yaml',
    ];
    expect(apiVersionsAmong(files).map(String)).toEqual(['v2', 'v10']);
    expect(apiVersionsAmong(files)[0]!.file()).toBe('openapi.v2.yaml');
  });
});

describe('RevisionMark', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;

  it('tells what was sent, once it was', () => {
    const unfinished = new RevisionMark(build('20261124-1'), '1a2b3c4');
    expect(unfinished.toString()).toBe('20261124-1 1a2b3c4 unfinished');
    expect(RevisionMark.parse(unfinished.toString())).toEqual(unfinished);
    const mark = new RevisionMark(build('20261124-1'), '1a2b3c4'.padEnd(40, '0'), digest);
    expect(RevisionMark.parse(mark.toString())).toEqual(mark);
    expect(mark.toString().length).toBeLessThanOrEqual(256);
  });

  it.each([
    '',
    'by hand',
    '20261124-1 1a2b3c4',
    `20261124-1 1a2b3c4 ${digest} `,
    `1 1a2b3c4 ${digest}`,
    '20261124-1 x unfinished',
  ])('is not "%s"', (text) => {
    expect(RevisionMark.parse(text)).toBeUndefined();
  });

  it('is of one build of one commit', () => {
    const mark = new RevisionMark(build('20261124-1'), '1a2b3c4');
    expect(mark.isOf(build('20261124-1'), '1a2b3c4'.padEnd(40, '0'))).toBe(true);
    expect(mark.isOf(build('20261124-1'), '2a2b3c4')).toBe(false);
    expect(mark.isOf(build('20261124-2'), '1a2b3c4')).toBe(false);
  });
});
