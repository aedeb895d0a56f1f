import fc from 'fast-check';
import type { DashboardRow } from '../dashboard-state.ts';
import { mapLayout, mapNeighbour, mapSizes, shapeAt } from './map-layout.ts';
import { placedPath } from './placed-path.ts';

const rowOf = (service: string, team: number): DashboardRow => ({
  ...{ service, isInWorkspace: true, tags: [`team:${team}`], folder: `apps/${team}/${service}`, cells: {}, gaps: {} },
});
const wishes = fc.record({
  rows: fc
    .array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 120 })
    .map((teams) => teams.map((team, index) => rowOf(`service-${index}`, team))),
  grouping: fc.constantFrom('folder', 'team'),
  environments: fc.integer({ min: 1, max: 6 }),
  width: fc.integer({ min: 320, max: 2000 }),
});

it('has each service once, within the width, and none over another', () =>
  fc.assert(
    fc.property(wishes, (wish) => {
      const { places, height, left } = mapLayout(wish);
      expect(places.map(({ service }) => service).sort()).toEqual(wish.rows.map(({ service }) => service).sort());
      expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(places.length);
      for (const { x, y } of places) {
        expect(x).toBeGreaterThanOrEqual(left);
        expect(x + wish.environments * mapSizes.shape).toBeLessThanOrEqual(wish.width);
        expect(y + mapSizes.line).toBeLessThanOrEqual(height);
      }
    }),
  ));

it('finds at each point of a shape the service and environment that it was laid out for', () =>
  fc.assert(
    fc.property(wishes, fc.nat(), fc.nat(), (wish, which, offset) => {
      const layout = mapLayout(wish);
      const index = which % layout.places.length;
      const { x, y } = layout.places[index]!;
      const inside = offset % (wish.environments * mapSizes.shape);
      const found = { index, environment: Math.floor(inside / mapSizes.shape) };
      expect(shapeAt(layout, wish.environments, { x: x + inside, y: y + 5 })).toEqual(found);
    }),
  ));

it('reaches every line by the keys, and comes to an end at both sides', () =>
  fc.assert(
    fc.property(wishes, (wish) => {
      const layout = mapLayout(wish);
      const seen = new Set<number>();
      let at = 0;
      for (let next = 0; !seen.has(layout.places[next]!.y); next = mapNeighbour(layout, next, 'down')) {
        seen.add(layout.places[next]!.y);
        at = next;
      }
      expect(seen.size).toBe(new Set(layout.places.map(({ y }) => y)).size);
      expect(mapNeighbour(layout, at, 'down')).toBe(at);
      expect(mapNeighbour(layout, 0, 'up')).toBe(0);
    }),
  ));

it('has 1,000 services in three environments and ten groups on one screen', () => {
  const rows = Array.from({ length: 1000 }, (_, index) => rowOf(`service-${index}`, index % 10));
  expect(mapLayout({ rows, grouping: 'team', environments: 3, width: 1408 }).height).toBeLessThan(640);
});

it('moves and scales paths', () => {
  expect(placedPath('M2 2H14V14H2Z', { x: 100, y: 50, scale: 0.5 })).toBe('M101 51H107V57H101Z');
  expect(placedPath('M8 4A4 4 0 1 0 8 12Z', { x: 10, y: 20, scale: 0.5 })).toBe('M14 22A2 2 0 1 0 14 26Z');
  expect(placedPath('M5 5L11 11M11 5L5 11', { x: 1, y: 2, scale: 1 })).toBe('M6 7L12 13M12 7L6 13');
});
