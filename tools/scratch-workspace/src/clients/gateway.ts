import { request } from 'node:http';
import { platform } from '../platform.ts';

/** An answer that came through the gateway. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Calls a service through the platform's gateway, as its users do. */
export async function callGateway(
  hostname: string,
  path: string,
  { method = 'GET', json, timeoutMs = 10_000 }: { method?: string; json?: unknown; timeoutMs?: number } = {},
): Promise<Answer> {
  const { gateway } = await platform();
  return new Promise((resolve, reject) => {
    const headers = { host: hostname, ...(json === undefined ? {} : { 'content-type': 'application/json' }) };
    const call = request(`${gateway}${path}`, { method, headers, timeout: timeoutMs }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error(`${path} did not answer`)));
    call.on('error', reject);
    call.end(json === undefined ? undefined : JSON.stringify(json));
  });
}
