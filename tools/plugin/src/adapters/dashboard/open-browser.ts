import { runProcess } from '../process/run-process.ts';

/** A program and its arguments. */
export type Opener = readonly [string, ...string[]];

/** Milliseconds after which an opener is left to itself: some stay for as long as the browser does. */
const patience = 10_000;

/** Returns what opens an address in the user's browser. No shell: it would read `&` and others as its own. */
export function openerOf(address: string, platform: NodeJS.Platform): Opener {
  if (platform === 'darwin') return ['open', address];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address];
  return ['xdg-open', address];
}

/** Opens an address in the user's browser. @returns false where that does not succeed. */
export async function openBrowser(address: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const [program, ...args] = openerOf(address, platform);
  const ended = await runProcess(program, args, { timeoutMs: patience });
  return ended.state === 'timed-out' || (ended.state === 'ended' && ended.code === 0);
}
