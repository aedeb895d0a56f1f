// Swagger UI, as the page uses it.
import { byId, element } from './elements.js';

let viewer;

/** Loads the viewer when it is first needed: it is by far the largest file. */
function loadViewer() {
  viewer ??= new Promise((resolve, reject) => {
    const script = element('script', { src: 'swagger-ui-bundle.js' });
    script.addEventListener('load', () => resolve(globalThis.SwaggerUIBundle));
    script.addEventListener('error', () => reject(new Error('swagger-ui-bundle.js could not be loaded.')));
    document.head.append(script);
  });
  return viewer;
}

/** Of a large API the operation that was chosen, and what it refers to. */
function viewedPart(description, operation) {
  const item = operation === undefined ? undefined : description.paths[operation.path];
  if (item === undefined) return { ...description, paths: {} };
  const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
  const others = methods.filter((method) => method !== operation.method);
  const kept = Object.entries(item).filter(([key]) => !others.includes(key));
  return { ...description, paths: { [operation.path]: Object.fromEntries(kept) } };
}

/** Draws an API. @param isLarge true where no more than the operation is drawn. */
export async function view(index, api, operation, isLarge) {
  const [SwaggerUIBundle, answer] = await Promise.all([loadViewer(), fetch(`descriptions/${api.id}.json`)]);
  if (!answer.ok) throw new Error(`its description was answered with ${answer.status}.`);
  const description = await answer.json();
  const place = element('div');
  byId('description').replaceChildren(place);
  await new Promise((resolve) => {
    SwaggerUIBundle({
      domNode: place,
      spec: isLarge ? viewedPart(description, operation) : description,
      presets: [SwaggerUIBundle.presets.apis],
      layout: 'BaseLayout',
      // The badge would send the description to a server of others.
      validatorUrl: null,
      deepLinking: false,
      persistAuthorization: false,
      withCredentials: false,
      defaultModelsExpandDepth: -1,
      defaultModelExpandDepth: 2,
      docExpansion: 'list',
      // What the page asks by way of its own server is shown as a client would ask it.
      showMutatedRequest: false,
      supportedSubmitMethods: api.address === undefined ? [] : undefined,
      requestInterceptor: (request) => ({ ...request, url: tryItUrl(index, api, request.url) }),
      onComplete: resolve,
    });
  });
}

/** Returns where a request is sent: to the page's own server, which passes it on, or to the door itself. */
function tryItUrl({ tryIt }, api, url) {
  const rest = url.slice(api.address?.length ?? 0);
  const isOfApi = api.address !== undefined && url.startsWith(api.address) && /^($|[/?])/.test(rest);
  return tryIt === undefined || !isOfApi ? url : new URL(`${tryIt}/${api.id}${rest}`, document.baseURI).href;
}

let waiting;

/** Waits until something is in the viewer, which draws when it likes; for one thing at a time. */
function whenThere(find) {
  waiting?.disconnect();
  return new Promise((resolve) => {
    const look = () => {
      const found = find();
      if (!found) return;
      waiting.disconnect();
      resolve(found);
    };
    waiting = new MutationObserver(look);
    waiting.observe(byId('description'), { childList: true, subtree: true });
    look();
  });
}

/** Opens an operation, once it is drawn; without one the focus goes to the description. */
export async function openOperation(operation) {
  if (operation === undefined) return void byId('viewer').focus({ preventScroll: true });
  const path = (block) => block.querySelector('[data-path]')?.getAttribute('data-path');
  const blocks = () => [...document.querySelectorAll(`.opblock-${operation.method}`)];
  const block = await whenThere(() => blocks().find((each) => path(each) === operation.path));
  const button = block.querySelector('.opblock-summary-control');
  if (!block.classList.contains('is-open')) button?.click();
  block.scrollIntoView({ block: 'start' });
  button?.focus({ preventScroll: true });
}
