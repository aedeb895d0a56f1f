// The page of `nx run infrastructure:portal`.
import { byId, element, mark } from './elements.js';
import { openOperation, view } from './viewer.js';

/** Operations that are listed at once; who searches sees these first. */
const mostListed = 200;
/** Operations of an API that the viewer shows at once. Of larger ones it shows the one that was chosen. */
const mostViewed = 200;

const search = byId('search');

/** Returns the part of the address that stands for an API or an operation of it. */
function hashOf(api, operation) {
  const parts = operation === undefined ? [api.id] : [api.id, operation.method, operation.path];
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

function chosen(index) {
  const hash = location.hash.startsWith('#/') ? location.hash.slice(2) : '';
  const [id, method, path] = hash.split('/').map(decoded);
  const api = index.apis.find((each) => each.id === id);
  const operations = api?.tags.flatMap((tag) => tag.operations) ?? [];
  return { api, operation: operations.find((each) => each.method === method && each.path === path), operations };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The list

function listedOperation(api, operation) {
  const { method, publicPath, summary, isDeprecated } = operation;
  const link = element(
    'a',
    { className: `operation${isDeprecated ? ' is-deprecated' : ''}`, href: hashOf(api, operation) },
    element('span', { className: 'method' }, method),
    ' ',
    element('span', { className: 'path' }, publicPath),
    isDeprecated ? mark('deprecated') : undefined,
    summary === undefined ? undefined : element('span', { className: 'summary' }, summary),
  );
  return element('li', {}, link);
}

function factsOf(api) {
  const { buildNumber, apiVersion, commit, commitUrl, isDirty, isDeprecated } = api;
  const at = commitUrl === undefined ? commit : element('a', { href: commitUrl, rel: 'noreferrer' }, commit);
  return element(
    'p',
    { className: 'facts' },
    `build ${buildNumber}, version ${apiVersion || 'not said'}, commit `,
    at,
    isDirty ? ' with uncommitted changes: what runs may differ' : undefined,
    isDeprecated ? mark('deprecated') : undefined,
  );
}

/** @param {number} room how many operations may be listed. */
function listedApi(api, words, room, isOpen) {
  const isMatch = ({ text }) => words.every((word) => text.includes(word));
  const groups = api.tags
    .map(({ name, operations }) => ({ name, operations: operations.filter(isMatch) }))
    .filter(({ operations }) => operations.length > 0);
  const count = groups.reduce((sum, { operations }) => sum + operations.length, 0);
  const name = [api.service, api.version].filter((part) => part !== undefined).join(' ');
  if (words.length > 0 && count === 0 && !isMatch({ text: `${name} ${api.title}`.toLowerCase() })) return undefined;
  const facts = element(
    'span',
    { className: 'facts' },
    ` ${name} ${api.buildNumber}, ${count} ${count === 1 ? 'operation' : 'operations'}`,
  );
  const summary = element(
    'summary',
    {},
    element('strong', {}, api.title),
    facts,
    api.isDeprecated ? mark('deprecated') : undefined,
  );
  const details = element('details', { open: isOpen }, summary);
  const fill = () => {
    if (details.childElementCount > 1) return;
    details.append(
      factsOf(api),
      element('a', { href: hashOf(api), className: 'operation' }, `All of ${api.title}`),
      ...listedGroups(api, groups, room),
    );
    markCurrent();
  };
  if (isOpen) fill();
  else details.addEventListener('toggle', fill);
  return { details, count };
}

function listedGroups(api, groups, room) {
  let left = Math.max(room, 0);
  const shown = [];
  for (const { name, operations } of groups) {
    const some = operations.slice(0, left);
    left -= some.length;
    if (some.length === 0) break;
    const isOnlyGroup = api.tags.length === 1 && name === 'default';
    if (!isOnlyGroup) shown.push(element('h3', {}, name));
    shown.push(element('ul', {}, ...some.map((operation) => listedOperation(api, operation))));
  }
  const count = groups.reduce((sum, { operations }) => sum + operations.length, 0);
  const hidden = count - (Math.max(room, 0) - left);
  if (hidden > 0) shown.push(element('p', { className: 'facts' }, `${hidden} more: search for them.`));
  return shown;
}

function list(index) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { api: current } = chosen(index);
  let found = 0;
  const entries = index.apis.flatMap((api) => {
    const isOpen = words.length > 0 || index.apis.length === 1 || api === current;
    const entry = listedApi(api, words, words.length > 0 ? mostListed - found : mostListed, isOpen);
    found += entry?.count ?? 0;
    return entry === undefined ? [] : [entry.details];
  });
  byId('apis').replaceChildren(...entries);
  const operations = `${found} ${found === 1 ? 'operation' : 'operations'}`;
  byId('found').textContent = words.length === 0 ? `${operations} in all` : `${operations} found`;
  markCurrent();
}

function markCurrent() {
  for (const link of document.querySelectorAll('nav a')) {
    if (link.href === location.href) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

// The viewer

let shown;

async function show(index) {
  const { api, operation, operations } = chosen(index);
  markCurrent();
  if (api === undefined) return;
  const isLarge = operations.length > mostViewed;
  const wanted = isLarge ? hashOf(api, operation) : api.id;
  const isNew = shown !== wanted;
  shown = wanted;
  document.title = `${api.title} – ${index.environment}`;
  const about = [element('h2', {}, api.title), factsOf(api), addressLine(index, api)];
  if (isLarge && operation === undefined)
    about.push(element('p', {}, `It has ${operations.length} operations: choose one in the list.`));
  byId('about').replaceChildren(...about);
  try {
    if (isNew) await view(index, api, isLarge ? operation : undefined, isLarge);
    if (shown === wanted) await openOperation(operation);
  } catch (error) {
    shown = undefined;
    byId('description').replaceChildren(element('p', { className: 'problem' }, `It cannot be shown: ${error.message}`));
  }
}

function addressLine({ tryIt }, api) {
  if (api.address === undefined)
    return element('p', { className: 'facts' }, 'No address is known, so that nothing can be tried here.');
  return element(
    'p',
    { className: 'facts' },
    `${api.address}${tryIt === undefined ? '' : ' (asked by way of this page)'}`,
  );
}

// The page

function followColorScheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', follow);
  follow();
}

function tellHidden({ hidden }) {
  if (hidden.length === 0) return;
  const section = byId('hidden');
  section.hidden = false;
  section
    .querySelector('ul')
    .append(
      ...hidden.map(({ name, buildNumber, reason }) =>
        element('li', {}, element('strong', {}, name), ` ${buildNumber}: ${reason}`),
      ),
    );
}

function listen(index) {
  search.addEventListener('input', () => list(index));
  search.form.addEventListener('submit', (event) => {
    event.preventDefault();
    document.querySelector('#apis li a')?.click();
  });
  addEventListener('hashchange', () => void show(index));
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search.focus();
  });
}

async function start() {
  followColorScheme();
  const answer = await fetch('portal.json');
  if (!answer.ok) throw new Error(`portal.json was answered with ${answer.status}.`);
  const index = await answer.json();
  document.title = `APIs of ${index.environment}`;
  byId('heading').textContent = document.title;
  byId('read-at').textContent = `as published, read at ${index.readAt.slice(0, 16).replace('T', ' ')} UTC`;
  if (index.apis.length === 0) byId('notice').textContent = 'No API was published in this environment.';
  tellHidden(index);
  listen(index);
  list(index);
  await show(index);
}

start().catch((error) => {
  const isFile = location.protocol === 'file:';
  const reason = isFile ? 'a browser loads it from a web server only: put this folder on one.' : error.message;
  byId('notice').textContent = `The page could not be loaded: ${reason}`;
});
