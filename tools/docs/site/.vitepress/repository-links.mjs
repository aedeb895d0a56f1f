import { relative, resolve } from 'node:path';

const docs = resolve(import.meta.dirname, '../../../../docs');

/**
 * Makes links that leave docs/ (`../CONTRIBUTING.md`) into links to the repository's host, or into text where the site is
 * built without one. Their targets are checked by tools/setup/documented-paths.spec.ts.
 * @param repository address under which files of the repository are shown: `https://host/owner/name/blob/main`.
 */
export function repositoryLinks(markdown, repository = process.env.DOCS_REPOSITORY) {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      const open = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const path = outside(token.attrGet('href'), env);
          open.push(path);
          if (path === undefined) continue;
          if (repository) token.attrSet('href', `${repository.replace(/\/$/, '')}/${path}`);
          else asText(token, path);
        } else if (token.type === 'link_close' && open.pop() !== undefined && !repository) asText(token);
      }
    }
  });
}

/** Returns the path in the repository of a link that leaves docs/. */
function outside(href, env) {
  if (!href || /^([a-z]+:|#|\/)/.test(href)) return undefined;
  const path = relative(docs, resolve(docs, env.relativePath ?? '', '..', href));
  return path.startsWith('../') ? path.slice(3) : undefined;
}

function asText(token, path) {
  token.tag = 'span';
  token.attrs = path === undefined ? null : [['title', `${path} in the repository`]];
  token.type = token.nesting === 1 ? 'text_span_open' : 'text_span_close';
}
