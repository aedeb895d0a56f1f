import fc from 'fast-check';
import {
  harmlessTexts,
  samplePassword,
  samplePem,
  samplePemParts,
  samplesWithPassword,
  sampleTokens,
} from '../../../../contracts/src/secret-samples.ts';
import { KnownSecrets } from './known-secrets.ts';
import { LineScrubber, scrub, scrubLines } from './line-scrubber.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('scrub', () => {
  it.each(Object.entries(sampleTokens))('masks a token of %s wherever it stands', (_, token) => {
    const secret = token.replace(/^https:\/\/[^/]+\/[a-z/]+/, '');
    for (const text of [
      token,
      `failed with ${token}: no`,
      `{"x":"${token}"}`,
      `x=${token}&y=1`,
      `a\\n${token}\\nb`,
      `("${token}")`,
      `\u001b[31m${token}\u001b[0m`,
      base64(`the key is ${token}, really`),
    ]) {
      const masked = scrub(text);
      expect(masked).toContain('***');
      for (const part of parts(secret)) expect(masked).not.toContain(part);
    }
  });

  it.each(Object.entries(samplesWithPassword))('masks a password in: %s', (_, text) => {
    const masked = scrub(text);
    expect(masked).toContain('***');
    for (const hidden of [samplePassword, 'hunter', base64(`me:${samplePassword}`)])
      expect(masked).not.toContain(hidden);
    expect(scrub(masked)).toBe(masked);
  });

  it.each(['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '])('masks a private key: %s', (kind) => {
    const pem = samplePem(kind);
    const texts = [
      pem,
      `before\n${pem}\nafter`,
      pem.replaceAll('\n', '\r\n'),
      pem.replace(/^/gm, '    '),
      pem.replace(/^/gm, '2026-11-28T05:00:00Z INFO '),
      pem.replaceAll('\n', '\ninterleaved line of another thread\n'),
      JSON.stringify({ key: pem, x: 1 }),
      JSON.stringify(JSON.stringify({ key: pem })),
      // Cut off at either end, as the last lines of a log are.
      pem.split('\n').slice(1).join('\n'),
      pem.split('\n').slice(2).join('\n'),
      pem.split('\n').slice(0, -1).join('\n'),
      base64(pem),
    ];
    for (const text of texts) {
      const masked = scrub(text);
      for (const part of [...samplePemParts, base64(pem).slice(60, 120)]) expect(masked).not.toContain(part);
      expect(masked).toContain('***');
      if (text.includes('after')) expect(masked).toMatch(/^before\n[^]*\nafter$/);
      if (text.includes('interleaved')) expect(masked).toContain('interleaved line of another thread');
    }
  });

  it('keeps the form of JSON', () => {
    const text = JSON.stringify({ password: 'a"b', token: 12345, url: 'redis://:pw@h', deep: [{ apiKey: 'x,y}' }] });
    expect(JSON.parse(scrub(text))).toEqual({
      password: '***',
      token: '***',
      url: 'redis://:***@h',
      deep: [{ apiKey: '***' }],
    });
  });

  it('leaves JSON readable, whatever texts are in it', () => {
    const pieces = fc.constantFrom(
      ...Object.values(samplesWithPassword),
      ...Object.values(sampleTokens),
      ...harmlessTexts,
    );
    const texts = fc.oneof(
      pieces,
      fc.string(),
      fc.tuple(pieces, fc.string(), pieces).map((each) => each.join('')),
    );
    const values = fc.array(
      fc.dictionary(fc.constantFrom('a', 'password', 'url', 'apiToken'), fc.oneof(texts, fc.integer())),
    );
    fc.assert(
      fc.property(values, (value) => void JSON.parse(scrub(JSON.stringify(value)))),
      { numRuns: 1000 },
    );
  });

  it.each(harmlessTexts)('leaves as it is: %s', (text) => expect(scrub(text)).toBe(text));

  it('never masks what releases are named by', () => {
    const hex = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
    const build = fc
      .tuple(fc.integer({ min: 20200101, max: 20301231 }), fc.integer({ min: 1, max: 9999 }))
      .map((each) => each.join('-'));
    const image = fc
      .tuple(fc.constantFrom('127.0.0.1:5000', 'acme.azurecr.io', 'ghcr.io/acme'), name, build, hex(64))
      .map(([host, service, number, digest]) => `${host}/${service}:${number}@sha256:${digest}`);
    const tag = fc.tuple(name, build).map((each) => each.join('-'));
    const identifier = fc.oneof(
      hex(40),
      hex(12),
      hex(64),
      hex(64).map((each) => `sha256:${each}`),
      fc.uuid(),
      build,
      tag,
      image,
    );
    const around = fc.constantFrom(
      '',
      'deployed ',
      'image: ',
      'commit=',
      'orders  ',
      '{"digest":"',
      'Image-Digest: ',
      '(',
    );
    fc.assert(
      fc.property(identifier, around, (text, before) => expect(scrub(`${before}${text}`)).toBe(`${before}${text}`)),
    );
  });

  it.each([
    'MountVolume.SetUp failed for volume "passwords" : secret "payments-database" not found',
    'MountVolume.SetUp failed for volume "token" : configmap "kube-root-ca.crt" not registered',
    'secrets "payments-database" is forbidden: User "deployer" cannot get resource "secrets"',
    "couldn't find key password in Secret preprod/payments-database",
    'references non-existent secret key: password',
  ])('lets stand what Kubernetes says about the objects that hold secrets: %s', (line) => {
    expect(scrub(line)).toBe(line);
  });

  it('changes nothing that it has masked already', () => {
    const pieces = fc.constantFrom(
      ...Object.values(samplesWithPassword).flatMap((text) => text.split(/(?<=[\s=:,;@/])/)),
      ...Object.values(sampleTokens),
      ...[
        '"',
        "'",
        '\\"',
        ' ',
        '\n',
        'password',
        'token=',
        ': ',
        '***',
        '@',
        '://',
        samplePem().split('\n')[0]!,
        ';',
        '&',
      ],
    );
    const texts = fc
      .array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 12 })
      .map((each) => each.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const once = scrub(text);
        expect(scrub(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  // One that is not linear takes minutes for it.
  const units = [
    ...[
      'a',
      'A',
      '0',
      ' ',
      'eyJ',
      '-eyJ',
      'a://b:',
      'a://b:c@',
      'postgres://a:',
      '//',
      '@tcp(',
      'a.',
      'Zm9v',
      '\\"',
      "'",
    ],
    ...[
      'password',
      'password=',
      'password="',
      'token ',
      '--password ',
      'name=',
      'Bearer a',
      'login -p ',
      ' -u a:b',
      '_KEY=',
    ],
    ...[
      samplePem().split('\n')[0]!,
      '-----END ',
      '%3A%2F%2Fa%3A',
      '&sig=',
      '<password>',
      'login a password ',
      '{{',
      '\n',
    ],
  ];
  it.each(units)(
    'takes linear time for much of %j',
    (unit) => {
      const begun = performance.now();
      scrub(unit.repeat(Math.ceil(500_000 / unit.length)));
      expect(performance.now() - begun).toBeLessThan(20_000);
    },
    60_000,
  );
});

describe('LineScrubber', () => {
  it('masks the same in lines that arrive one by one as in the text', () => {
    const text = [...Object.values(samplesWithPassword), samplePem('RSA '), ...harmlessTexts].join('\n');
    const scrubber = new LineScrubber();
    expect(
      text
        .split('\n')
        .map((line) => scrubber.next(line))
        .join('\n'),
    ).toBe(scrub(text));
  });

  it('shows what comes after a key that does not end', () => {
    const scrubber = new LineScrubber();
    const lines = [samplePem().split('\n')[0]!, ...Array<string>(300).fill('short'), 'the end of it'];
    const shown = lines.map((line) => scrubber.next(line));
    expect(shown.slice(0, 200).every((line) => line === '***')).toBe(true);
    expect(shown.slice(-2)).toEqual(['short', 'the end of it']);
  });
});

describe('scrubLines', () => {
  it('masks the end of a key whose beginning is not there', () => {
    const lines = ['Starting', ...samplePem('EC ').split('\n').slice(1), 'failed to start'];
    expect(scrubLines(lines)).toEqual(
      ['Starting', '***', '***', '***', '***', 'failed to start'].map((line, at) => (at === 0 ? '***' : line)),
    );
  });
});

describe('KnownSecrets', () => {
  const value = 'vTn/8+ü p"w:9';
  const known = new KnownSecrets();
  known.add(value);

  it.each<[string, string]>([
    ['as it is', `x${value}y`],
    ['in an address', `https://h/?q=${encodeURIComponent(value)}`],
    ['in a form', `q=${encodeURIComponent(value).replaceAll('%20', '+')}`],
    ['in JSON', JSON.stringify({ value })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ value }))],
    ['in base64', base64(value)],
    ...['', 'a', 'ab', 'abc'].map((before): [string, string] => [
      `in base64 behind "${before}"`,
      base64(`${before}${value}:more`),
    ]),
    ['in base64 of addresses', Buffer.from(`me:${value}`).toString('base64url')],
    ['in hexadecimal', Buffer.from(value).toString('hex')],
  ])('masks a value %s', (_, text) => {
    const masked = known.maskIn(text);
    expect(masked).toContain('***');
    expect(Buffer.from(masked.replaceAll('***', ''), 'base64').toString()).not.toContain(value.slice(3, -3));
    expect(masked).not.toContain('vTn');
  });

  it('takes variables with secret names and logins of addresses, and nothing that stands in any text', () => {
    const own = new KnownSecrets();
    own.addVariables({
      GITHUB_TOKEN: 'opaque-token-1',
      PGPASSWORD: 'Opaque2',
      HTTPS_PROXY: 'http://me:pr0xy%40pw@proxy:3128',
      all_proxy: 'me:Bar3-proxy@proxy:3128',
      CERTIFICATE_KEY: `${'a1'.repeat(20)}\n${'b2'.repeat(20)}`,
      ...{
        TOKEN: 'true',
        DB_PASSWORD: 'postgres',
        SSH_AUTH_SOCK: '/tmp/agent.1',
        API_TOKEN: '12345',
        PWD: '/work/Orders-1',
      },
      ...{
        AZURE_FEDERATED_TOKEN_FILE: '/var/run/Token-1',
        PATH: '/usr/bin:/opt/x1',
        TOKEN_URL: 'https://login.example/x1',
      },
    });
    const text =
      'opaque-token-1 Opaque2 pr0xy%40pw pr0xy@pw Bar3-proxy postgres true /tmp/agent.1 12345 /work/Orders-1 /usr/bin:/opt/x1';
    expect(own.maskIn(text)).toBe(
      '*** *** *** *** *** postgres true /tmp/agent.1 12345 /work/Orders-1 /usr/bin:/opt/x1',
    );
    expect(own.maskIn(`k: ${'b2'.repeat(20)}`)).toBe('k: ***');
    expect(own.maskIn('/var/run/Token-1 https://login.example/x1')).toBe('/var/run/Token-1 https://login.example/x1');
  });
});

/** Returns parts of a secret that tell it nearly whole. */
function parts(secret: string): string[] {
  const middle = Math.floor(secret.length / 2);
  return [secret.slice(middle - 6, middle + 6), secret.slice(-10)];
}
