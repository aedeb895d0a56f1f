import { join } from 'node:path';
import { buildPluginPackage } from './plugin-package.ts';

/** Builds what is published into `dist`: `npm run package`. */
const root = join(import.meta.dirname, '../../..');
const out = join(root, 'dist/plugin');
const inside = await buildPluginPackage(root, out);
console.log(`built dist/plugin, with the code of ${inside.length} packages inside`);
