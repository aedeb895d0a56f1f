/** The way to the process that started this one. */
export interface ParentChannel {
  send?(message: object, handle: undefined, options: object, sent: (error: Error | null) => void): boolean;
  disconnect?(): void;
}

/**
 * Lets go of the parent process when it has got all that was sent to it. Letting go at once would throw away what waits
 * in the channel: all of a result that is longer than the system's buffer.
 */
export function disconnectWhenSent(channel: ParentChannel): void {
  // Messages arrive in their order, so that when this one is out the others are. Nx passes over a type it does not know.
  channel.send?.({ type: 'poc-last-message' }, undefined, {}, () => channel.disconnect?.());
}
