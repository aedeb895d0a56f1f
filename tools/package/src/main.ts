import { join } from 'node:path';
import { buildPluginPackage } from './plugin-package.ts';
import { buildServiceHostPackage } from './service-host-package.ts';

/** Builds what is published into `dist`: `npm run package`. */
const root = join(import.meta.dirname, '../../..');
const [inside] = await Promise.all([
  buildPluginPackage(root, join(root, 'dist/plugin')),
  buildServiceHostPackage(root, join(root, 'dist/service-host')),
]);
console.log(`built dist/plugin, with the code of ${inside.length} packages inside, and dist/service-host`);
