import { streamOutput } from '../command/output.ts';
import { platformFolders } from '../storage/folders.ts';
import { ensureKindNodeImage } from './node-image.ts';

await ensureKindNodeImage({ folders: platformFolders(), output: streamOutput(), signal: undefined, scope: 'minimal' });
