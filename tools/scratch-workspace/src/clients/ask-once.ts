import { request } from 'node:http';

/** Where a request is sent. */
export interface Target {
  readonly url: string;
  /** The `Host` header, by which a gateway tells services apart. */
  readonly host?: string;
}

/** Milliseconds. */
const answerTimeout = 10_000;

/**
 * Sends a GET request over a connection of its own.
 * @param isWhole tells whether a body is all of what was asked for; any is when left out.
 * @returns what went wrong, if anything did: an answer other than 2xx, a broken connection, none for 10 seconds.
 */
export function askOnce({ url, host }: Target, isWhole?: (body: string) => boolean): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = host === undefined ? {} : { host };
    const call = request(url, { headers, agent: false, timeout: answerTimeout }, (answer) => {
      const { statusCode = 0 } = answer;
      let body = '';
      if (isWhole) answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      else answer.resume();
      answer.on('end', () => {
        if (statusCode < 200 || statusCode > 299) resolve(`answer ${statusCode}`);
        else resolve(isWhole && !isWhole(body) ? 'an answer that was cut' : undefined);
      });
      answer.on('error', ({ message }) => resolve(message));
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', ({ message }) => resolve(message));
    call.end();
  });
}
