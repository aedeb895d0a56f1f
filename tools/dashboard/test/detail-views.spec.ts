import { build } from 'esbuild';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../browser/src/launch-chromium.ts';
import { ensureChromium } from '../../browser/src/chromium.ts';
import { answerTo } from './detail/answers.ts';

const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>board</title><link rel="stylesheet" href="/page.css"><body><script src="/page.js"></script>';

let server: Server;
let browser: Browser;
let page: Page;
let address: string;
const errors: string[] = [];

beforeAll(async () => {
  await ensureChromium();
  const { outputFiles } = await build({
    entryPoints: { page: join(__dirname, 'detail/shell.tsx') },
    ...{ outdir: '/dist', bundle: true, write: false, format: 'iife', charset: 'utf8', tsconfigRaw: {} },
    ...{ jsx: 'automatic', jsxImportSource: 'preact' },
  });
  const textOf = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))!.text;
  const files: Record<string, [string, string]> = {
    '/page.js': ['text/javascript', textOf('.js')],
    '/page.css': ['text/css', textOf('.css')],
  };
  server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const send = (status: number, type: string, body: string) =>
      response
        .writeHead(status, {
          'content-type': type,
          'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
        })
        .end(body);
    const file = files[pathname];
    if (file) return send(200, ...file);
    if (!pathname.startsWith('/api/')) return send(200, 'text/html', html);
    const answer = answerTo(pathname);
    if (answer !== undefined) return send(200, 'application/json', JSON.stringify(answer));
    return send(422, 'application/json', JSON.stringify({ reason: 'There is none.', remedy: 'Choose another.' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
  page = await browser.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Opens a view, and waits for something in it. */
async function open(path: string, text: string): Promise<void> {
  await page.goto(`${address}${path}`);
  await page.getByText(text).first().waitFor();
}

/** Each view with something that only its answer has, and the command that does the same. */
const views = [
  ['/s/orders', 'Deployments of orders', 'nx run orders:history'],
  ['/s/orders/requests', '54', 'nx run orders:history'],
  ['/s/orders/objects', 'kubectl-edit', 'nx run orders:diff --env=prod'],
  ['/s/orders/changes/prod..20261124-4', 'BREAKING', 'nx run orders:changes --from=prod --to=20261124-4'],
  ['/commit/aaaa', 'held by grace', 'nx run infrastructure:where --commit=aaaa'],
  [
    '/at/2026-11-24T13:30Z',
    '1 of 1 service ran',
    'nx run infrastructure:rollback --env=prod --to=2026-11-24T13:30:00.000Z --dry-run',
  ],
  ['/delivery?env=prod', 'They are no grades', 'nx run infrastructure:metrics --env=prod --since=30d'],
  ['/activity', '4 of 4 deployments', 'nx run SERVICE:history'],
] as const;

describe('the views beside the grid', () => {
  for (const [path, text, command] of views)
    it(`${path} shows its command, and the zone of each time`, async () => {
      await open(path, text);
      const shown = await page.locator('main').innerText();
      expect(shown).toContain(command);
      for (const time of await page.locator('time').allTextContents()) expect(time).toContain('UTC');
      expect(await page.title()).toBe('board');
      expect(errors).toEqual([]);
    });

  it('say what cannot be reached, and lead nowhere but to web pages', async () => {
    await open('/s/orders', 'dev cannot be reached.');
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    await open('/s/orders', 'Older deployments are not kept in prod');
  });

  it('say why there is no answer, and ask again', async () => {
    await open('/s/nothing', 'There is none.');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByText('Choose another.').waitFor();
  });

  it('lead from a moment to the deployment before it by a link, and by the slider', async () => {
    await open('/at/2026-11-24T13:30Z', '1 of 1 service ran');
    await page.getByRole('slider').press('Home');
    await page.waitForURL('**/at/2026-11-24T12:0*');
    await page.getByText('records do not reach so far').first().waitFor();
  });

  it('keep the filter of the activity in the address', async () => {
    await open('/activity', '4 of 4 deployments');
    await page.getByRole('searchbox').fill('totals');
    await page.getByText('1 of 4 deployments').waitFor();
    expect(new URL(page.url()).search).toBe('?q=totals');
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('failed');
    await page.getByText('No deployment matches the filter.').waitFor();
  });
});
