import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { left } from './picture.ts';

/** Writes a page that shows all pictures of this run at one look, those that differ first. */
export function writeContactSheet(): void {
  const files = readdirSync(left).filter((file) => file.endsWith('.png'));
  const differing = files.filter((file) => file.endsWith('.diff.png')).map((file) => file.replace('.diff', ''));
  const whole = files.filter((file) => !file.endsWith('.diff.png'));
  const inOrder = [...differing, ...whole.filter((file) => !differing.includes(file))];
  const figure = (file: string) => {
    const difference = differing.includes(file) ? image(file.replace('.png', '.diff.png')) : '';
    return `<figure><figcaption>${file.replace('.png', '')}${difference && ' differs'}</figcaption>${image(file)}${difference}</figure>`;
  };
  const style =
    'body{font:13px sans-serif;background:#888;margin:8px;columns:4 320px}figure{margin:0 0 12px;break-inside:avoid}img{width:100%;display:block}';
  const html = `<!doctype html><meta charset="utf-8"><title>Pictures of the dashboard</title><style>${style}</style>`;
  const sheet = join(left, 'index.html');
  writeFileSync(sheet, html + inOrder.map(figure).join('\n'));
  console.log(`all pictures: ${sheet}`);
}

function image(file: string): string {
  return `<a href="${file}"><img src="${file}" alt="" loading="lazy"></a>`;
}
