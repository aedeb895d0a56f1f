import { answerTo } from '../detail/answers.ts';
import { dark, darkPhone, light, lightPhone } from './looks.ts';
import { calmShop } from './shop.ts';
import { Refusal, type Scene } from './stage.ts';

const at = '2026-11-24T13:30Z';
const paths = [
  ...['/api/services/orders', '/api/services/orders/changes', '/api/services/orders/objects', '/api/commits/aaaa'],
  ...['/api/delivery', '/api/activity', `/api/moments/${encodeURIComponent(at)}`],
];
const answers = {
  ...Object.fromEntries(paths.map((path) => [`GET ${path}`, answerTo(path)])),
  'GET /api/services/nothing': new Refusal(422, {
    reason: 'There is no service nothing in the workspace, and none was ever deployed.',
    remedy: 'See `nx run infrastructure:status` for the names.',
  }),
};
const view = { state: calmShop(), answers, minHeight: 600 };

/** The views beside the grid. */
export const viewScenes: readonly Scene[] = [
  { ...view, name: 'timeline', path: '/s/orders', shows: 'main table', pictures: [light, lightPhone] },
  {
    ...{ ...view, name: 'changes', path: '/s/orders/changes/prod..20261124-4' },
    ...{ shows: 'main table, main .d-columns', pictures: [light, darkPhone] },
  },
  { ...view, name: 'objects', path: '/s/orders/objects', shows: 'main table', pictures: [dark, lightPhone] },
  { ...view, name: 'requests', path: '/s/orders/requests', shows: 'main table', pictures: [light] },
  { ...view, name: 'commit', path: '/commit/aaaa', shows: 'main table', pictures: [light, darkPhone] },
  { ...view, name: 'moment', path: `/at/${at}`, shows: 'main table', pictures: [dark, lightPhone] },
  { ...view, name: 'delivery', path: '/delivery?env=prod', shows: '.d-figures', pictures: [light, darkPhone] },
  { ...view, name: 'activity', path: '/activity', shows: 'main table', pictures: [dark, lightPhone] },
  { ...view, name: 'refused-view', path: '/s/nothing', shows: '[role=alert]', pictures: [light] },
];
