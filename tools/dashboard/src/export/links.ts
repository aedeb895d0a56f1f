import { options } from 'preact';
import { hashOf } from '../address.ts';

/** Makes all links to views such as an exported page has them, so that they can be opened in another tab and copied. */
export function linkWithinFile(): void {
  const { vnode: before } = options;
  options.vnode = (vnode) => {
    const { href } = vnode.props as { readonly href?: unknown };
    if (vnode.type === 'a' && typeof href === 'string' && href.startsWith('/'))
      (vnode.props as { href?: string }).href = hashOf(href);
    before?.(vnode);
  };
}
