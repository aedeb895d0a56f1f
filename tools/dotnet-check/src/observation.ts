import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Points } from './points.ts';
import { release, type RunningService } from './running-service.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

/** Asks a running service, and looks at its log and its metrics. */
export async function checkObservation(service: RunningService, points: Points): Promise<void> {
  const before = service.lines().length;
  const address = `http://127.0.0.1:${service.port}`;
  for (let i = 0; i < 50; i++) await textOf(`${address}/healthz/ready`);
  for (let i = 0; i < 100; i++) await textOf(`${address}/greetings/Ada`, { traceparent });
  await sleep(300);
  const lines = service.lines().slice(before);
  const bytes = Math.round(lines.join('').length / Math.max(1, lines.length));
  const logged = `${lines.length} lines, ${bytes} bytes each`;
  points.add('one line of log for each of 100 requests, none for 50 probes', lines.length === 100, logged);
  const wrong = lines.filter((line) => !isRequestLine(line));
  points.add('each has the fields of every stack, and the trace of its caller', wrong.length === 0, wrong[0]);
  await checkMetrics(service, points);
}

async function checkMetrics(service: RunningService, points: Points): Promise<void> {
  const { status, text } = await textOf(`http://127.0.0.1:${service.metricsPort}/metrics`);
  points.add('metrics on a port of their own', status === 200 && text.includes('# TYPE'), `${status}`);
  points.add('requests are measured by their route', hasRoute(text));
  const unlabelled = samplesWithoutRelease(text);
  points.add('each metric is labelled with the build and the commit', unlabelled.length === 0, unlabelled[0]);
  const other = await textOf(`http://127.0.0.1:${service.metricsPort}/greetings/Ada`);
  points.add('nothing else on the port of the metrics', other.status === 404, `${other.status}`);
  const line = await statusLine(service.port, `GET /metrics HTTP/1.1\r\nHost: x:${service.metricsPort}\r\n`);
  points.add('no metrics on the public port, whatever the Host header says', line.includes(' 404 '), line);
}

/** Reports whether a line is what the services of every stack log of a request. */
export function isRequestLine(line: string): boolean {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    return (
      /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(fields['time'])) &&
      ['level', 'service', 'requestId'].every((name) => typeof fields[name] === 'string') &&
      typeof fields['durationMs'] === 'number' &&
      fields['message'] === 'request' &&
      fields['method'] === 'GET' &&
      fields['path'] === '/greetings/Ada' &&
      fields['status'] === 200 &&
      fields['traceId'] === traceId
    );
  } catch {
    return false;
  }
}

/** Reports whether metrics hold a request to the sample's route. */
export function hasRoute(metrics: string): boolean {
  return metrics
    .split('\n')
    .some(
      (line) =>
        line.startsWith('http_server_request_duration_seconds_count{') &&
        ['http_request_method="GET"', 'http_route="/greetings/{name}"', 'http_response_status_code="200"'].every(
          (label) => line.includes(label),
        ),
    );
}

/** Returns the samples that do not say of which release they are. */
export function samplesWithoutRelease(metrics: string): string[] {
  const labels = [`build_number="${release.BUILD_NUMBER}"`, `commit="${release.COMMIT}"`];
  return metrics
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .filter((line) => !labels.every((label) => line.includes(label)));
}

async function textOf(url: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(url, { headers });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return { status: 0, text: '' };
  }
}

/** Returns the first line of the answer to a request that no HTTP library would send. */
function statusLine(port: number, head: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}Connection: close\r\n\r\n`));
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => undefined).on('close', () => resolve(text.split('\r\n')[0] ?? ''));
  });
}
