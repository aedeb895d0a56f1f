import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BrowserPage } from '../../../browser/src/browser-page.ts';
import { Chromium, ensureChromium } from '../../../browser/src/chromium.ts';
import { portalSite } from '../../../plugin/src/adapters/portal/portal-site.ts';
import { serveSite, type SiteServer } from '../../../plugin/src/adapters/portal/serve-site.ts';
import type { Portal } from '../../../plugin/src/model/portal/portal.ts';
import { portalFiles } from '../../../plugin/src/model/portal/portal-index.ts';
import { readPublishedDescription } from '../../../plugin/src/model/portal/published-description.ts';
import { securityPolicy } from '../../../plugin/src/model/portal/security-policy.ts';
import { shownDocument } from '../../../plugin/src/model/portal/shown-document.ts';
import { BuildNumber } from '../../../plugin/src/model/release/build-number.ts';
import type { RunningCommand } from '../../../scratch-workspace/src/run-command.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const axe = readFileSync(join(repositoryRoot, 'node_modules/axe-core/axe.min.js'), 'utf8');
let chromium: Chromium;
let page: BrowserPage;

beforeAll(ensureChromium);
beforeEach(async () => {
  chromium = await Chromium.start();
  page = await BrowserPage.of(chromium);
});
afterEach(async () => {
  page.close();
  await chromium.stop();
});

/** Returns what the page asked for outside itself. Icons of the style sheet are in it. */
const foreignRequests = (address: string) =>
  page.requests().filter((url) => !url.startsWith(address) && !url.startsWith('data:'));

/** Opens an operation, as if its line in the list were clicked. */
async function open(address: string, operation: string): Promise<void> {
  const path = operation.split('/').map(encodeURIComponent);
  await page.goTo(
    `${address}#/${path[0]}/${path[1]}/${encodeURIComponent(`/${operation.split('/').slice(2).join('/')}`)}`,
  );
  await page.until(`document.querySelector('.opblock-${path[1]}.is-open')`);
}

/** Returns what axe-core finds wrong with what the page itself is, the viewer left out. */
async function accessibilityProblems(): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(`axe
    .run({ exclude: ['.swagger-ui'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

describe('the portal of an environment', () => {
  let workspace: ScratchWorkspace;
  let running: RunningCommand | undefined;
  beforeAll(async () => {
    workspace = await ScratchWorkspace.create('portal');
    await workspace.nxSuccessfully(['run', 'payments:release']);
    // Only what is published is shown.
    workspace.edit('apps/payments/openapi.yaml', 'title: Payments', 'title: Written since');
  });
  afterAll(async () => {
    running?.end('SIGINT');
    await running?.ended;
    await workspace.remove();
  });

  it('is searched, and has requests go to the real gateway, until Ctrl-C', async () => {
    running = await workspace.startNx(['run', 'infrastructure:portal', '--env=preprod']);
    const ended = running.ended.then(() => true);
    const output = () => running!.soFar();
    const found = () => /1 API of preprod at (http:\/\/127\.0\.0\.1:\d+\/)/.exec(output())?.[1];
    while (found() === undefined && !(await Promise.race([ended, pause(50)])));
    const address = found();
    if (address === undefined) throw new Error(output());
    await page.look({ width: 1280, height: 900, scheme: 'light' });
    await page.goTo(address);
    await page.until(`document.querySelector('#apis details')`);
    expect(await page.evaluate('document.querySelector("#apis summary").textContent')).toMatch(
      /^Payments payments \d{8}-1, 2 operations$/,
    );
    expect(await accessibilityProblems()).toEqual([]);
    await page.press('/');
    await page.type('payments one CHARGE getcharge');
    await page.until(`document.querySelector('#found').textContent === '1 operation found'`);
    await page.press('Enter');
    await page.until(`document.querySelector('.opblock-get.is-open')`);
    expect(await page.evaluate('document.body.innerText')).not.toContain('Written since');
    await page.evaluate(`document.querySelector('.opblock-get .try-out__btn')?.click()`);
    await page.until(`document.querySelector('.opblock-get input[placeholder=id]')`);
    await page.evaluate(`document.querySelector('.opblock-get input[placeholder=id]').focus()`);
    await page.type('no-such-charge');
    // As a click does; the viewer takes what is typed when its field is left.
    await page.evaluate(`document.querySelector('.opblock-get .execute').focus()`);
    await page.evaluate(`document.querySelector('.opblock-get .execute').click()`);
    await page.until(`document.querySelector('.live-responses-table .response-col_status')`);
    const answer = await page.evaluate<string>(`document.querySelector('.responses-inner').innerText`);
    // What the service answers behind the gateway, and how a client would ask it.
    expect(answer).toMatch(/"title": "charge-not-found"/);
    expect(answer).toContain(`http://${workspace.hostname}:8088/payments/charges/no-such-charge`);
    expect(page.requests()).toContain(`${address}try-it/payments/charges/no-such-charge`);
    expect(foreignRequests(address)).toEqual([]);
    expect(page.complaints().filter((line) => !line.includes('try-it/payments/charges/no-such-charge'))).toEqual([]);
    running.end('SIGINT');
    expect((await running.ended).code).toBe(0);
    await expect(fetch(address)).rejects.toThrow();
  });

  it('is written to a folder, which any web server may serve', async () => {
    const output = await workspace.nxSuccessfully([
      'run',
      'infrastructure:portal',
      '--env=preprod',
      '--output=tmp/site',
    ]);
    expect(output).toContain('wrote 1 API of preprod to tmp/site');
    const types: Readonly<Record<string, string>> = {
      '.html': 'text/html',
      '.js': 'text/javascript',
      '.css': 'text/css',
    };
    const server = createServer(({ url = '/' }, answer) => {
      const path = url === '/docs/' ? 'index.html' : url.replace('/docs/', '');
      answer.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
      answer.end(readFileSync(join(workspace.folder, 'tmp/site', path)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs/`;
      await open(address, 'payments/get/charges/{id}');
      expect(await page.evaluate(`document.querySelector('.servers select').value`)).toBe(
        `http://${workspace.hostname}:8088/payments`,
      );
      expect(foreignRequests(address)).toEqual([]);
      expect(page.complaints()).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('descriptions that mean harm', () => {
  const evil = 'http://evil.example';
  const markup = `<img src=x onerror="window.harmed=1"><img src="${evil}/a.png"><script>window.harmed=2</script><svg onload="window.harmed=3"></svg> [link](javascript:window.harmed=4) <a href="javascript:window.harmed=5">x</a> ![p](${evil}/b.png) <iframe src="${evil}"></iframe><style>@import "${evil}/c.css"; * { display: none }</style><form action="${evil}"><input></form>`;
  const hostile = {
    openapi: '3.1.0',
    info: { title: markup, version: markup, description: markup, termsOfService: 'javascript:window.harmed=6' },
    servers: [{ url: evil }],
    externalDocs: { url: 'javascript:window.harmed=7', description: markup },
    tags: [{ name: markup, description: markup, externalDocs: { url: `javascript:window.harmed=8` } }],
    paths: {
      '/a': {
        get: {
          operationId: markup,
          tags: [markup],
          summary: markup,
          description: markup,
          servers: [{ url: evil }],
          externalDocs: { url: 'javascript:window.harmed=9' },
          parameters: [{ name: markup, in: 'query', description: markup, schema: { type: 'string', example: markup } }],
          responses: {
            '200': {
              description: markup,
              content: {
                'application/json': { schema: { $ref: '#/components/schemas/Node' } },
                'text/html': { example: markup },
              },
            },
          },
        },
      },
      '/loop': { $ref: '#/paths/~1loop' },
    },
    components: {
      schemas: {
        Node: {
          type: 'object',
          description: markup,
          properties: { next: { $ref: '#/components/schemas/Node' }, x: { $ref: '#/components/schemas/Loop' } },
        },
        Loop: { $ref: '#/components/schemas/Loop' },
      },
    },
  };
  const operations = Array.from({ length: 5000 }, (_, at) => [
    `/${at}`,
    { get: { operationId: `op${at}`, responses: {} } },
  ]);
  const large = { openapi: '3.0.3', info: { title: 'Large', version: '1' }, paths: Object.fromEntries(operations) };

  let server: SiteServer;
  beforeEach(async () => {
    const buildNumber = BuildNumber.parse('20261124-1')!;
    const apis = Object.entries({ hostile, large }).map(([service, description]) => {
      const read = readPublishedDescription('openapi.yaml', new Map([['openapi.yaml', JSON.stringify(description)]]));
      if (!('document' in read)) throw new Error(JSON.stringify(read));
      const door = { address: `http://127.0.0.1:1/${service}`, keyHeader: undefined };
      const origin = { service, version: undefined, buildNumber, commit: 'c'.repeat(40), commitUrl: undefined };
      return { ...origin, isDirty: false, ...door, document: shownDocument(read.document, door) };
    });
    const hidden = [{ service: 'broken', version: undefined, buildNumber, reason: markup }];
    const portal: Portal = { environment: 'preprod', readAt: '2026-11-24T12:00:00.000Z', apis, hidden };
    const policy = securityPolicy(portal, false);
    const site = await portalSite(repositoryRoot, portalFiles(portal, 'try-it'), policy);
    server = await serveSite({ site, securityPolicy: policy, doors: new Map(), tryIt: 'try-it' }, 0);
  });
  afterEach(() => server.close());

  it('run nothing, load nothing, and lead nowhere by script', async () => {
    const { address } = server;
    await page.goTo(address);
    await page.until(`document.querySelectorAll('#apis details').length === 2`);
    await open(address, 'hostile/get/a');
    await page.until(`document.querySelector('.opblock-get .responses-inner')`);
    // Whatever there is to be opened is opened.
    await page.evaluate(
      `document.querySelectorAll('.model-toggle, .expand-operation, summary').forEach((each) => each.click())`,
    );
    await pause(500);
    expect(await page.evaluate('window.harmed ?? null')).toBeNull();
    const links = await page.evaluate<string[]>(`[...document.links].map(({ href }) => href)`);
    expect(links.filter((href) => href.startsWith('javascript:'))).toEqual([]);
    const harmful = 'main iframe, main form[action], main style, main script, nav img, nav svg, nav script';
    expect(await page.evaluate(`document.querySelectorAll(${JSON.stringify(harmful)}).length`)).toBe(0);
    expect(foreignRequests(address)).toEqual([]);
    expect(page.complaints().filter((line) => line.includes('exception'))).toEqual([]);
    expect(await page.evaluate('document.querySelector("#hidden").textContent')).toContain(markup);
  });

  it('are shown one operation at a time where they have thousands', async () => {
    await open(server.address, 'large/get/4321');
    expect(await page.evaluate('document.querySelectorAll(".opblock").length')).toBe(1);
    expect(await page.evaluate('document.querySelector("#found").textContent')).toBe('5001 operations in all');
    await page.press('/');
    await page.evaluate(`document.querySelector('#search').focus()`);
    await page.type('op123');
    await page.until(`document.querySelector('#found').textContent === '11 operations found'`);
  });
});
