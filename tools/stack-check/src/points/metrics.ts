import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../http/answer.ts';
import { ask, Connection, requestText } from '../http/connection.ts';
import type { Points } from '../points.ts';
import { release, type RunningService } from '../running-service.ts';
import type { Subject } from '../subject.ts';

/** Metrics are on a port of their own, of which nothing else is answered, and which no caller of the other port reaches. */
export async function checkMetrics(subject: Subject, points: Points): Promise<void> {
  await subject.during(async (service) => {
    for (let i = 0; i < 3; i++) await ask(service.port, '/greetings/Ada');
    await ask(service.port, '/healthz/ready');
    let answer: Answer | undefined;
    // They are counted when the answer has gone.
    for (let i = 0; i < 40 && !hasRoute(answer?.body ?? ''); i++) {
      await sleep(50);
      answer = await ask(service.metricsPort, '/metrics');
    }
    const text = answer?.body ?? '';
    points.add(
      'metrics on a port of their own',
      answer?.status === 200 && text.includes('# TYPE'),
      `${answer?.status}`,
    );
    points.add('requests are measured by their route', hasRoute(text));
    points.addNone(
      'probes are not measured',
      text.split('\n').filter((line) => line.includes('healthz')),
    );
    points.addNone('each metric is labelled with the build and the commit', samplesWithoutRelease(text));
    await checkOwnPort(service, points);
    await checkPublicPort(service, points);
  });
}

async function checkOwnPort({ metricsPort }: RunningService, points: Points): Promise<void> {
  const wrong: string[] = [];
  const expect = async (method: string, path: string, status: number) => {
    const answer = await ask(metricsPort, path, { method });
    if (answer?.status !== status || (status !== 200 && answer.body.includes('# TYPE')))
      wrong.push(`${method} ${path} is answered with ${answer?.status}`);
  };
  for (const path of [
    '/',
    '/greetings/Ada',
    '/healthz/ready',
    '/metrics/',
    '/metrics/more',
    '//metrics',
    '/x/../metrics',
  ])
    await expect('GET', path, 404);
  await expect('GET', '/metrics?name=a', 200);
  await expect('HEAD', '/metrics', 200);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) await expect(method, '/metrics', 405);
  points.addNone('nothing else is answered on the port of the metrics', wrong);
}

/** Whatever they say of the host that they mean. */
async function checkPublicPort({ port, metricsPort }: RunningService, points: Points): Promise<void> {
  const open: string[] = [];
  for (const host of ['localhost', `localhost:${metricsPort}`, `127.0.0.1:${metricsPort}`, 'localhost:9464', 'metrics'])
    for (const path of [
      '/metrics',
      `http://localhost:${metricsPort}/metrics`,
      '/metrics/',
      '/%6Detrics',
      '//metrics',
    ]) {
      const connection = await Connection.open(port);
      connection.send(requestText(path, { headers: { Host: host, 'X-Forwarded-Port': `${metricsPort}` } }));
      const answer = await connection.answer();
      connection.close();
      // RFC 9112 3.2.2 has the host of an absolute form replace that of the header, or both be the same.
      if (answer?.status !== 404 && !(answer?.status === 400 && path.startsWith('http')))
        open.push(`${path} of ${host} is answered with ${answer?.status}`);
    }
  points.addNone('no metrics on the public port, whatever the Host header says', open);
}

/** Reports whether metrics hold requests to the sample's route. */
export function hasRoute(metrics: string): boolean {
  const labels = ['http_request_method="GET"', 'http_route="/greetings/{name}"', 'http_response_status_code="200"'];
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('http_server_request_duration_seconds_count{'))
    .some((line) => labels.every((label) => line.includes(label)));
}

/** Returns the samples that do not say of which release they are. */
export function samplesWithoutRelease(metrics: string): string[] {
  const labels = [`build_number="${release.BUILD_NUMBER}"`, `commit="${release.COMMIT}"`];
  return metrics
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .filter((line) => !labels.every((label) => line.includes(label)));
}
