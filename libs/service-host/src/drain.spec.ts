import { Agent, request as send } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createService, type Service, type ServiceOptions } from './create-service.ts';
import { sampleRoutes } from './sample-routes.ts';

const routes = sampleRoutes({
  'GET /quick': () => '"done"',
  'GET /slow': () => delay(600, '"done"'),
});

async function start(
  lingerMs: number,
  budgetMs: number,
  options: Pick<ServiceOptions, 'configure'> = {},
): Promise<{ host: Service; url: string }> {
  const drain = { lingerMs, budgetMs };
  const host = createService({ name: 'sample', ...routes, ...options, drain, logDestination: { write: () => {} } });
  return { host, url: `http://127.0.0.1:${await host.listen(0)}` };
}

/** One request over a connection of the agent. Reports whether the server said that it closes the connection. */
function call(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    send(url, { agent }, (answer) => {
      answer.on('error', reject).on('end', () => resolve(answer.headers.connection === 'close'));
      answer.resume();
    })
      .on('error', reject)
      .end();
  });
}

describe('drain', () => {
  it('loses no request of busy keep-alive connections', async () => {
    const { host, url } = await start(1_000, 5_000);
    const served = new Array<number>(20).fill(0);
    const connections = served.map(async (_, index) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      // A client stays on its connection until it is told that it ends.
      while (!(await call(`${url}/quick`, agent))) served[index]!++;
      agent.destroy();
    });
    // All of them are in use when it begins, however slow the machine is.
    while (Math.min(...served) === 0) await delay(10);
    await expect(Promise.all([host.drain(), ...connections])).resolves.toBeDefined();
  });

  it('goes on serving new connections and health checks while it lingers, though nobody is connected', async () => {
    const { host, url } = await start(3_000, 5_000);
    const drained = host.drain();
    await delay(100);
    for (const path of ['/quick', '/healthz/ready', '/healthz/live']) {
      const answer = await fetch(url + path);
      expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    }
    await drained;
    await expect(fetch(`${url}/quick`)).rejects.toThrow();
  });

  it('waits for a request that takes longer', async () => {
    const { host, url } = await start(100, 5_000);
    const answered = call(`${url}/slow`, new Agent({ keepAlive: true }));
    await delay(50);
    const drained = host.drain();
    expect(await answered).toBe(true);
    await drained;
  });

  it('ends idle keep-alive connections', async () => {
    const { host, url } = await start(100, 60_000);
    const agent = new Agent({ keepAlive: true });
    await call(`${url}/quick`, agent);
    const started = Date.now();
    await host.drain();
    expect(Date.now() - started).toBeLessThan(2_000);
    agent.destroy();
  });

  it('cuts what is left when its budget is spent', async () => {
    const { host, url } = await start(0, 100);
    const cut = call(`${url}/slow`, new Agent({ keepAlive: true })).catch(String);
    await delay(50);
    await host.drain();
    expect(await cut).toContain('socket hang up');
  });

  it('ends what Fastify closes only when the last request is answered', async () => {
    const ended: string[] = [];
    const { host, url } = await start(0, 5_000, {
      configure: (app) =>
        app
          .addHook('onResponse', async () => void ended.push('request'))
          .addHook('onClose', async () => void ended.push('database')),
    });
    const answered = call(`${url}/slow`, new Agent());
    await delay(50);
    await Promise.all([host.app.close(), answered]);
    expect(ended).toEqual(['request', 'database']);
  });
});
