/** A request, and the answer that the services of every stack give. */
export interface ExpectedAnswer {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In Latin-1: a character is a byte. */
  readonly body?: string;
  readonly status: number;
  /** Of its problem. */
  readonly title?: string;
  /** Of its body. */
  readonly text?: string | RegExp;
  readonly allow?: string;
}

const json = { 'Content-Type': 'application/json' };
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const mebibyte = 1024 * 1024;
const malformedPath = { status: 400, title: 'malformed-path' };
const noSuchPath = { status: 404, title: 'no-such-path' };
const malformedJson = { status: 400, title: 'malformed-json' };
const wrongType = { status: 415, title: 'unsupported-media-type' };
const tooLong = { status: 413, title: 'body-too-long' };
const greetsAda = { status: 200, text: /^\{ ?"greeting": ?"Hello, Ada!" ?\}\n?$/ };
const echo = (body: string, headers: Record<string, string> = json) => ({
  method: 'POST',
  path: '/echo',
  headers,
  body,
});

const paths: ExpectedAnswer[] = [
  { path: '/greetings/Ada', ...greetsAda },
  { path: '/', status: 200, text: '"service":' },
  { path: '/greetings/a%2Fb', status: 200, text: 'Hello, a/b!' },
  { path: '/greetings/a%2fb%20c%3Fd%23e%25f', status: 200, text: 'Hello, a/b c?d#e%f!' },
  { path: '/greetings/..%2F..%2Fetc', status: 200, text: 'Hello, ../../etc!' },
  { path: '/greetings/%C3%A4', status: 200, text: /\u00c3\u00a4!|\\u00e4!/ },
  { path: '/%67reetings/Ada', ...greetsAda },
  { path: '/greetings/A%64a', ...greetsAda },
  { path: '/greetings/A+a', status: 200, text: 'Hello, A+a!' },
  { path: '/greetings/a;b=c', status: 200, text: 'Hello, a;b=c!' },
  { path: '/greetings/%00', ...malformedPath },
  { path: '/greetings/a%00b', ...malformedPath },
  { path: '/nothing/%00', ...malformedPath },
  { path: '/greetings/%ff', ...malformedPath },
  { path: '/greetings/%C3', ...malformedPath },
  { path: '/greetings/%ED%A0%80', ...malformedPath },
  { path: '/greetings/..', ...noSuchPath },
  { path: '/greetings/.', ...noSuchPath },
  { path: '/greetings/../greetings/Ada', ...noSuchPath },
  { path: '/greetings/./Ada', ...noSuchPath },
  { path: '/../../etc/passwd', ...noSuchPath },
  { path: '/greetings/%2e%2e', ...noSuchPath },
  { path: '/greetings/%2E./Ada', ...noSuchPath },
  { path: '//greetings/Ada', ...noSuchPath },
  { path: '/greetings//Ada', ...noSuchPath },
  { path: '/greetings/', ...noSuchPath },
  { path: '/greetings', ...noSuchPath },
  { path: '/greetings/Ada/', ...greetsAda },
  { path: '/greetings/Ada//', ...noSuchPath },
  { path: '/healthz/ready/', status: 200 },
  { path: '/Greetings/Ada', ...noSuchPath },
  { path: '/greetings/Ada/more', ...noSuchPath },
  { path: '/nothing', ...noSuchPath },
  { path: '/metrics', ...noSuchPath },
  { path: '/healthz', ...noSuchPath },
  { path: '/healthz/', ...noSuchPath },
  { path: '/healthz/other', ...noSuchPath },
  { path: '/openapi.yaml', ...noSuchPath },
  { path: 'http://localhost/greetings/Ada', ...greetsAda },
  { path: 'http://localhost', status: 200, text: '"service":' },
  { path: '/greetings/Ada?', ...greetsAda },
  { path: `/greetings/Ada?q=${'a'.repeat(16_384)}`, ...greetsAda },
  { path: '/greetings/Ada?q=%zz&r=%00&%ff', ...greetsAda },
  { path: `/greetings/${'a'.repeat(40)}`, status: 200 },
  { path: `/greetings/${'%F0%9F%99%82'.repeat(40)}`, status: 200 },
  { path: `/greetings/${'a'.repeat(41)}`, status: 422, title: 'invalid-request' },
  { path: `/greetings/${'a'.repeat(16_000)}`, status: 422, title: 'invalid-request' },
];

const methods: ExpectedAnswer[] = [
  { method: 'HEAD', path: '/greetings/Ada', status: 200, text: /^$/ },
  { method: 'HEAD', path: '/healthz/ready', status: 200, text: /^$/ },
  { method: 'HEAD', path: '/nothing', status: 404, text: /^$/ },
  { method: 'HEAD', path: '/echo', status: 405, text: /^$/, allow: 'POST' },
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'].map((method) => ({
    ...{ method, path: '/greetings/Ada', status: 405, title: 'method-not-allowed', allow: 'GET, HEAD' },
  })),
  { method: 'GET', path: '/echo', status: 405, title: 'method-not-allowed', allow: 'POST' },
  { method: 'DELETE', path: '/greetings/Ada/', status: 405, title: 'method-not-allowed', allow: 'GET, HEAD' },
  { method: 'POST', path: '/healthz/ready', status: 405, title: 'method-not-allowed', allow: 'GET, HEAD' },
  { method: 'DELETE', path: '/', status: 405, title: 'method-not-allowed', allow: 'GET, HEAD' },
  { method: 'POST', path: '/nothing', ...noSuchPath },
  { method: 'OPTIONS', path: '/nothing', ...noSuchPath },
  { method: 'OPTIONS', path: '*', ...noSuchPath },
  { path: '*', ...noSuchPath },
  { path: 'https://localhost/greetings/Ada', ...greetsAda },
  ...['FOO', 'get', 'PROPFIND', 'M-SEARCH', 'X'.repeat(40)].map((method) => ({
    ...{ method, path: '/greetings/Ada', status: 501, title: 'method-not-implemented' },
  })),
  { method: 'CONNECT', path: 'localhost:80', status: 501, title: 'method-not-implemented' },
  { path: '/greetings/Ada', headers: { Connection: 'Upgrade', Upgrade: 'websocket' }, ...greetsAda },
  { path: '/greetings/Ada', headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' }, ...greetsAda },
];

const bodies: ExpectedAnswer[] = [
  { ...echo('{"a":[1,true,null,"\\u00e4"]}'), status: 200, text: /"a"/ },
  { ...echo('"abc"', { 'Content-Type': 'application/json; charset=utf-8' }), status: 200, text: '"abc"' },
  { ...echo('"abc"', { 'Content-Type': 'Application/JSON' }), status: 200, text: '"abc"' },
  { ...echo(' \r\n\t[1] \n'), status: 200, text: '[1]' },
  { ...echo('\xef\xbb\xbf[1]'), status: 200, text: '[1]' },
  ...[
    '{',
    'nonsense',
    '[1] x',
    '[1][2]',
    '{"a":1,}',
    "'a'",
    '[01]',
    'NaN',
    '[Infinity]',
    '-',
    '"\x01"',
    '"a',
    '"\xff"',
    '\x00',
    ' ',
  ].map((body) => ({ ...echo(body), ...malformedJson })),
  { ...echo(''), ...malformedJson },
  { ...echo('', { ...json, 'Content-Length': '0' }), ...malformedJson },
  { ...echo(nested(64)), status: 200 },
  ...[65, 10_000, 500_000].map((depth) => ({ ...echo(nested(depth)), ...malformedJson })),
  { ...echo('{"a":'.repeat(100) + '1' + '}'.repeat(100)), ...malformedJson },
  { ...echo('['.repeat(1_000_000)), ...malformedJson },
  { ...echo(`["${'['.repeat(1000)}\\"${'{'.repeat(1000)}"]`), status: 200 },
  { ...echo(JSON.stringify(Array.from({ length: 1000 }, () => [[]]))), status: 200 },
  { ...echo('"abc"', { 'Content-Type': 'text/plain' }), ...wrongType },
  { ...echo('a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }), ...wrongType },
  { ...echo('<a/>', { 'Content-Type': 'application/xml' }), ...wrongType },
  { ...echo('"abc"', { 'Content-Type': 'application/jsonx' }), ...wrongType },
  { ...echo('"abc"', { 'Content-Type': 'nonsense' }), ...wrongType },
  { ...echo('"abc"', {}), ...wrongType },
  { ...echo('', {}), ...wrongType },
  { ...echo('', { 'Content-Length': '0' }), ...wrongType },
  { ...echo('"abc"', { 'Content-Type': 'application/json;x' }), status: 200, text: '"abc"' },
  { ...echo(JSON.stringify('a'.repeat(mebibyte - 2))), status: 200 },
  { ...echo(JSON.stringify('a'.repeat(mebibyte - 1))), ...tooLong },
  { ...echo('', { ...json, 'Content-Length': '99999999999' }), ...tooLong },
  {
    ...echo('', { ...json, 'Transfer-Encoding': 'chunked' }),
    ...{ body: `110000\r\n${'1'.repeat(0x110000)}\r\n0\r\n\r\n`, ...tooLong },
  },
  { method: 'POST', path: '/nothing', headers: json, body: '{', ...noSuchPath },
  { method: 'POST', path: '/greetings/Ada', headers: json, body: '{', status: 405, title: 'method-not-allowed' },
  { path: '/greetings/Ada', headers: { 'Content-Type': 'text/plain' }, body: 'more', ...greetsAda },
  { path: '/greetings/Ada', headers: { 'Content-Length': '99999999999' }, ...greetsAda },
];

export const expectedAnswers = [...paths, ...methods, ...bodies];
