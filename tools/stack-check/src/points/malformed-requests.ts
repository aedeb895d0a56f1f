/** A status, or the end of the connection without an answer, or a server that waits for more. */
export type Outcome = number | 'ends' | 'waits';

/** A request that is not as RFC 9112 says, or lies at its edge. */
export interface MalformedRequest {
  readonly name: string;
  readonly bytes: string;
  /** What may come of it: the status of an answer, or what happens without one. */
  readonly allowed: readonly Outcome[];
  /** True where it is in doubt where this request ends: whatever is answered, it is the last answer. */
  readonly isAmbiguous: boolean;
}

const json = 'Content-Type: application/json\r\n';
const post = (fields: string, body: string, version = 'HTTP/1.1') =>
  `POST /echo ${version}\r\nHost: localhost\r\n${json}${fields}\r\n${body}`;
const get = (fields: string, line = 'GET /greetings/Ada HTTP/1.1') => `${line}\r\n${fields}\r\n`;
const host = 'Host: localhost\r\n';
const chunked = 'Transfer-Encoding: chunked\r\n';
const chunks = '5\r\n"abc"\r\n0\r\n\r\n';
const long = 'a'.repeat(300_000);

/** Those whose end is in question. */
const framings: Record<string, [bytes: string, allowed?: readonly Outcome[]]> = {
  'a length of 5x': [post('Content-Length: 5x\r\n', '"abc"')],
  'a length of -1': [post('Content-Length: -1\r\n', '"abc"')],
  'a length of +5': [post('Content-Length: +5\r\n', '"abc"')],
  'a length of 0x5': [post('Content-Length: 0x5\r\n', '"abc"')],
  'a length of 5 5': [post('Content-Length: 5 5\r\n', '"abc"')],
  'no length after its name': [post('Content-Length: \r\n', '"abc"'), [400, 415]],
  'two lengths': [post('Content-Length: 5\r\nContent-Length: 60\r\n', '"abc"')],
  'two lengths in one line': [post('Content-Length: 5, 60\r\n', '"abc"')],
  'a length and chunks': [post(`Content-Length: 5\r\n${chunked}`, chunks), [200, 400]],
  'chunks and a length': [post(`${chunked}Content-Length: 5\r\n`, chunks), [200, 400]],
  'a length that hides chunks': [
    post(`Content-Length: 4\r\n${chunked}`, `29\r\n${'a'.repeat(41)}\r\n0\r\n\r\n`),
    [400],
  ],
  'an unknown coding': [post('Transfer-Encoding: gzip\r\n', '"abc"'), [400, 501]],
  'a coding like chunked': [post('Transfer-Encoding: xchunked\r\n', chunks), [400, 501]],
  'chunked, and then another coding': [post('Transfer-Encoding: chunked, gzip\r\n', chunks), [400, 501]],
  'two codings': [post(`${chunked}Transfer-Encoding: identity\r\n`, chunks), [400, 501]],
  'a coding behind a vertical tab': [post('Transfer-Encoding: \x0bchunked\r\n', chunks), [400, 501]],
  'a coding with a space before its colon': [post('Transfer-Encoding : chunked\r\n', chunks)],
  'chunks in HTTP/1.0': [post(`Connection: keep-alive\r\n${chunked}`, chunks, 'HTTP/1.0'), [200, 400]],
  'a chunk beyond 64 bits': [post(chunked, 'fffffffffffffffff\r\n"abc"\r\n0\r\n\r\n'), [400, 413, 'waits']],
  'a chunk of -5': [post(chunked, '-5\r\n"abc"\r\n0\r\n\r\n')],
  'a chunk of 0x5': [post(chunked, '0x5\r\n"abc"\r\n0\r\n\r\n')],
  'a chunk of zz': [post(chunked, 'zz\r\n"abc"\r\n0\r\n\r\n')],
  'a chunk without a size': [post(chunked, '\r\n"abc"\r\n0\r\n\r\n')],
  'a chunk that is longer than it says': [post(chunked, '3\r\n"abc"\r\n0\r\n\r\n')],
  'a bare LF behind the extension of a chunk': [post(chunked, '5;a\n"abc"\r\n0\r\n\r\n')],
  'an extension of a chunk of 300 kB': [post(chunked, `5;${long}\r\n"abc"\r\n0\r\n\r\n`), [400, 413, 431]],
  'a trailer of 300 kB': [post(chunked, `5\r\n"abc"\r\n0\r\nX: ${long}\r\n\r\n`), [400, 413, 431]],
};

/** Those whose head is no head. */
const heads: Record<string, [bytes: string, allowed?: readonly Outcome[]]> = {
  'a header of 300 kB': [get(`${host}X-Long: ${long}\r\n`), [400, 431]],
  'a header of 80 kB': [get(`${host}X-Long: ${'a'.repeat(80_000)}\r\n`), [400, 431]],
  'headers of 600 kB': [get(host + 'a: b\r\n'.repeat(100_000)), [400, 431]],
  'a path of 300 kB': [get(host, `GET /greetings/${long} HTTP/1.1`), [400, 414, 431]],
  'a method of 300 kB': [get(host, `${long} / HTTP/1.1`), [400, 414, 431, 501]],
  'no Host': [get('')],
  'two Hosts': [get('Host: a\r\nHost: b\r\n')],
  'a Host that is none': [get('Host: a b/c\r\n')],
  'a space before a colon': [get(`${host}X-A : b\r\n`)],
  'NUL in a value': [get(`${host}X-A: a\0b\r\n`)],
  'NUL in a name': [get(`${host}X-\0A: b\r\n`)],
  'a line without a colon': [get(`${host}X-A\r\n`)],
  'a header without a name': [get(`${host}: b\r\n`)],
  'a name that is no token': [get(`${host}X(A): b\r\n`)],
  'a space before the first header': [get(` X-A: b\r\n${host}`)],
  'a method that is no token': [get(host, 'GE(T /greetings/Ada HTTP/1.1')],
  'a space in a path': [get(host, 'GET /greetings/A da HTTP/1.1')],
  'NUL in a path': [get(host, 'GET /greetings/A\0da HTTP/1.1')],
  'no version': [get(host, 'GET /greetings/Ada'), [400, 505, 'ends']],
  'version 2.0': [get(host, 'GET /greetings/Ada HTTP/2.0'), [400, 505, 'ends']],
  'version 1.1x': [get(host, 'GET /greetings/Ada HTTP/1.1x'), [400, 505]],
  'a version in small letters': [get(host, 'GET /greetings/Ada http/1.1'), [400, 505]],
  'the preface of HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 501, 505, 'ends']],
  'a hello of TLS': ['\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n'],
  nonsense: ['nonsense\r\n\r\n'],
};

/** Those that a server may take, or not. */
const edges: Record<string, [bytes: string, allowed?: readonly Outcome[]]> = {
  'a length beyond 64 bits': [post('Content-Length: 99999999999999999999\r\n', '"abc"'), [400, 413]],
  'the same length twice': [post('Content-Length: 5\r\nContent-Length: 5\r\n', '"abc"'), [200, 400]],
  'bare LFs': [get(host).replaceAll('\r', ''), [200, 400]],
  'a header in two lines': [get(`${host}X-A: b\r\n c\r\n`), [200, 400]],
  'a bare CR in a value': [get(`${host}X-A: a\rb\r\n`), [200, 400]],
  'a control character in a value': [get(`${host}X-A: a\x01b\r\n`), [200, 400]],
  '5,000 headers': [get(host + 'a: b\r\n'.repeat(5000)), [200, 400, 431]],
  'version 1.2': [get(host, 'GET /greetings/Ada HTTP/1.2'), [200, 400, 505]],
  'bytes beyond ASCII in a path': [get(host, 'GET /greetings/\xc3\xa4 HTTP/1.1'), [200, 400]],
  'a path without a slash': [get(host, 'GET greetings/Ada HTTP/1.1'), [400, 404]],
  'an expectation that nobody knows': [get(`${host}Expect: 200-ok\r\n`), [200, 417]],
};

const entries = (cases: typeof framings, isAmbiguous: boolean): MalformedRequest[] =>
  Object.entries(cases).map(([name, [bytes, allowed = [400]]]) => ({ name, bytes, allowed, isAmbiguous }));

export const malformedRequests = [...entries(framings, true), ...entries(heads, true), ...entries(edges, false)];
