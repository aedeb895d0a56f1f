import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { BrowserPage } from '../../../browser/src/browser-page.ts';
import { Chromium, ensureChromium } from '../../../browser/src/chromium.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';

const site = join(repositoryRoot, 'tools/docs/site/dist');
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.woff2': 'font/woff2',
};
const desktop = { width: 1280, height: 900, scheme: 'light' } as const;
const phone = { width: 390, height: 844, scheme: 'light' } as const;

let server: Server;
let address: string;
let chromium: Chromium;
let page: BrowserPage;

beforeAll(async () => {
  await ensureChromium();
  if (!existsSync(site)) spawnSync(process.execPath, ['tools/docs/build-site.mjs'], { cwd: repositoryRoot });
  server = createServer(({ url = '/' }, answer) => {
    const path = decodeURIComponent(new URL(url, 'http://site').pathname);
    const file = join(site, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || statSync(file).isDirectory()) return answer.writeHead(404).end();
    answer.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  chromium = await Chromium.start();
  page = await BrowserPage.of(chromium);
});
afterAll(async () => {
  page?.close();
  await chromium?.stop();
  server?.closeAllConnections();
  server?.close();
});

/** Opens a page, and waits until its scripts have made it what it is. */
async function open(path: string, view: Parameters<BrowserPage['look']>[0]): Promise<void> {
  await page.look(view);
  await page.goTo(`${address}${path}`);
  await page.until(
    `location.href.startsWith(${JSON.stringify(`${address}${path}`)}) && document.querySelector('#app')?.__vue_app__`,
  );
}

/** Keeps a picture where somebody wants to look: `POC_PICTURES=/tmp/pictures`. */
async function picture(name: string): Promise<void> {
  const folder = process.env['POC_PICTURES'];
  if (folder) await page.picture(join(folder, `${name}.png`));
}

const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

it.each(['light', 'dark'] as const)('draws diagrams on the first page (%s)', async (scheme) => {
  await open('/', { ...desktop, scheme });
  await page.until(`document.querySelector('.mermaid-diagram svg')`);
  expect(await page.evaluate(`document.documentElement.classList.contains('dark')`)).toBe(scheme === 'dark');
  expect(await page.evaluate(overflow)).toBe(0);
  await picture(`home-${scheme}`);
});

it.each([
  '/',
  '/tutorial.html',
  '/commands.html',
  '/reference/environment-file.html',
  '/security.html',
  '/from-helm.html',
])('fits a phone: %s', async (path) => {
  await open(path, phone);
  expect(await page.evaluate(overflow)).toBe(0);
  await picture(`phone${path.replaceAll('/', '-')}`);
});

it('finds a page by a word in it', async () => {
  await open('/commands.html', desktop);
  await picture('commands');
  await page.evaluate(`document.querySelector('.VPNavBarSearch button').click()`);
  await page.until(`document.querySelector('.VPLocalSearchBox input')`);
  await page.evaluate(`document.querySelector('.VPLocalSearchBox input').focus()`);
  await page.type('partition of a StatefulSet');
  await page.until(`document.querySelector('.VPLocalSearchBox .result')`);
  expect(await page.evaluate(`document.querySelector('.VPLocalSearchBox .result').innerText`)).toMatch(/StatefulSets/);
  await picture('search');
});

it('asked no other host, and nothing failed', () => {
  expect(page.requests().filter((url) => !url.startsWith(address) && !url.startsWith('data:'))).toEqual([]);
  expect(page.complaints().filter((text) => !text.includes('favicon'))).toEqual([]);
});
