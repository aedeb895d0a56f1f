import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';

/** A call of a socket: of an address with a port, or of a file. */
export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

// It becomes somebody else by itself: that user may not be allowed to start this Node.
const asNobody = `process.setgroups([]); process.setgid(65534); process.setuid(65534);`;

const connectAll = `
const { connect } = require('node:net');
const targets = JSON.parse(process.argv[1]);
Promise.all(targets.map((target) => new Promise((resolve) => {
  const socket = connect(target, () => { resolve('connected'); socket.destroy(); });
  socket.setTimeout(10000, () => { resolve('no answer'); socket.destroy(); });
  socket.on('error', ({ code }) => resolve(code));
}))).then((all) => { console.log(JSON.stringify(all)); process.exit(); });`;

const fetchOne = `
const { request } = require(process.argv[1].startsWith('https') ? 'node:https' : 'node:http');
const [url, method, headers, body] = process.argv.slice(1);
const call = request(url, { method, headers: JSON.parse(headers), rejectUnauthorized: false, agent: false }, (answer) => {
  let text = '';
  answer.setEncoding('utf8').on('data', (part) => (text += part));
  answer.on('end', () => console.log(JSON.stringify({ status: answer.statusCode, headers: answer.headers, text })));
});
call.on('error', ({ code }) => console.log(JSON.stringify({ code })));
call.end(body);`;

/** Connects as the user `nobody`. @returns for each target `connected` or the error's code. */
export async function connectAsNobody(targets: readonly Target[]): Promise<string[]> {
  const argv = ['-e', `${asNobody}${connectAll}`, JSON.stringify(targets)];
  return JSON.parse(await runSuccessfully(process.execPath, argv)) as string[];
}

/** The answer to a request, or why there was none. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly code?: string;
}

/** Sends a request as the user `nobody`, who believes every certificate, as a page of a browser would. */
export async function fetchAsNobody(url: string, body: object): Promise<Answer> {
  const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' };
  const argv = ['-e', `${asNobody}${fetchOne}`, url, 'POST', JSON.stringify(headers), JSON.stringify(body)];
  return JSON.parse(await runSuccessfully(process.execPath, argv)) as Answer;
}
