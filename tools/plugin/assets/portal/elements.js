// All texts are somebody else's: they become text nodes, never markup.

/** @type {(id: string) => HTMLElement} */
export const byId = (id) => document.getElementById(id);
/** Makes an element. @param {Record<string, unknown>} properties @param {(Node | string | undefined)[]} children */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

export const mark = (text) => element('span', { className: 'mark' }, text);
