import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { installPrometheus } from '../../local-platform/src/platform.ts';
import { freePort } from './registries/real-registry.ts';

/** Something whose `/metrics` are read. */
export interface ScrapeTarget {
  /** Host and port. */
  readonly address: string;
  /** That its series get: a cluster's Prometheus gives them `namespace` and `pod`. */
  readonly labels: Readonly<Record<string, string>>;
}

const address = '127.0.0.1';

/** A Prometheus of this test's own, Debian's package, that reads metrics each second. */
export class RealPrometheus {
  readonly url: string;
  /** Ends it, and removes what it has kept. */
  readonly stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url;
    this.stop = stop;
  }

  /**
   * Installs it, where that was not done before, and starts it.
   * @param targets is asked every two seconds, because Debian's build cannot ask a cluster for its pods itself.
   */
  static async start(targets: () => Promise<readonly ScrapeTarget[]>): Promise<RealPrometheus> {
    await installPrometheus();
    const discovery = createServer((_, response) => {
      const list = targets().then((found) => found.map((each) => ({ targets: [each.address], labels: each.labels })));
      list.then(
        (each) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(each)),
        // It keeps what it was told before.
        () => response.writeHead(500).end(),
      );
    });
    await new Promise<void>((resolve) => discovery.listen(0, address, resolve));
    const folder = mkdtempSync(join(tmpdir(), 'poc-prometheus-'));
    const { port: at } = discovery.address() as AddressInfo;
    const http_sd_configs = [{ url: `http://${address}:${at}`, refresh_interval: '2s' }];
    const scrape_configs = [{ job_name: 'pods', scrape_interval: '1s', scrape_timeout: '1s', http_sd_configs }];
    // JSON is YAML.
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify({ scrape_configs }));
    const port = await freePort(address);
    const options = {
      'config.file': join(folder, 'prometheus.yml'),
      'storage.tsdb.path': join(folder, 'data'),
      'web.listen-address': `${address}:${port}`,
      'log.level': 'error',
    };
    const argv = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const child = spawn('prometheus', argv, { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const url = `http://${address}:${port}`;
    const isReady = () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      if (child.exitCode !== null) throw new Error('prometheus does not start.');
      await pause(100);
    }
    return new RealPrometheus(url, async () => {
      child.kill();
      await ended;
      discovery.closeAllConnections();
      await new Promise((resolve) => discovery.close(resolve));
      rmSync(folder, { recursive: true });
    });
  }
}
