import { spawn } from 'node:child_process';

/**
 * Lets this process hear at once that Nx ends the task. Nx sends the signal to the processes without children first, and to
 * this one when its own have ended: what it starts meanwhile would keep the signal from it until Nx kills it. So it has a
 * child that does nothing but end with the first signal, or with this process.
 * @returns what ends the child.
 */
export function startStopCanary(): () => void {
  const canary = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] });
  const onEnd = () => void process.kill(process.pid, 'SIGTERM');
  canary.once('exit', onEnd);
  // Without `cat` the signal comes late, and nothing else changes.
  canary.once('error', () => {});
  canary.stdin.on('error', () => {});
  return () => {
    canary.off('exit', onEnd);
    canary.kill();
  };
}
